/** What an operator changed, kept over a restart of the gateway. */
@NullMarked
package dev.mainstay.gateway.memory;

import org.jspecify.annotations.NullMarked;
