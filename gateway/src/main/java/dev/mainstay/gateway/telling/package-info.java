/** How a client is told that something went wrong, as text. Pure. */
@NullMarked
package dev.mainstay.gateway.telling;

import org.jspecify.annotations.NullMarked;
