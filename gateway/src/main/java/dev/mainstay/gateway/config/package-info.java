/** Configuration and wiring. */
@NullMarked
package dev.mainstay.gateway.config;

import org.jspecify.annotations.NullMarked;
