/**
 * The forwarding itself: one request to a server of a pool and its answer back, on the event loop
 * of the client's connection. Knows Netty and nothing of Spring.
 */
@NullMarked
package dev.mainstay.gateway.engine;

import org.jspecify.annotations.NullMarked;
