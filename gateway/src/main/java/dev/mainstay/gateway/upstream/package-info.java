/**
 * The pools as they live: who is in them, what was sent where, how a request is sent, retried and
 * accounted for. Knows nothing of Spring.
 */
@NullMarked
package dev.mainstay.gateway.upstream;

import org.jspecify.annotations.NullMarked;
