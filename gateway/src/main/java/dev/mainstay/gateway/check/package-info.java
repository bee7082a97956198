/** The active health checks. */
@NullMarked
package dev.mainstay.gateway.check;

import org.jspecify.annotations.NullMarked;
