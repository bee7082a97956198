/**
 * What one gateway knows of the whole stack: its own traffic, per second, and what the controllers
 * and the other gateways tell when they are asked. Nobody who wants to know waits for them.
 */
@NullMarked
package dev.mainstay.gateway.watch;

import org.jspecify.annotations.NullMarked;
