/**
 * What a client may send: the framing of requests is checked byte by byte before anything reads
 * them, and requests on one connection take turns. Knows nothing of Spring.
 */
@NullMarked
package dev.mainstay.gateway.guard;

import org.jspecify.annotations.NullMarked;
