/** What is kept over a restart. */
@NullMarked
package dev.mainstay.gateway.memory;

import org.jspecify.annotations.NullMarked;
