/**
 * The short way: requests whose route only balances go from the client's connection straight to the
 * engine. Knows nothing of Spring.
 */
@NullMarked
package dev.mainstay.gateway.express;

import org.jspecify.annotations.NullMarked;
