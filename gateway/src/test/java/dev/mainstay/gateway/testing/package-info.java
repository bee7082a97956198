/** Servers that do as told, and a gateway in front of them. */
@NullMarked
package dev.mainstay.gateway.testing;

import org.jspecify.annotations.NullMarked;
