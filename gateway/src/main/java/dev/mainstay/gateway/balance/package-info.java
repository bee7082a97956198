/**
 * Who gets the next request: decided from values alone. Imports {@code java.*}, JSpecify and the
 * health type of {@link dev.mainstay.gateway.health}.
 */
@NullMarked
package dev.mainstay.gateway.balance;

import org.jspecify.annotations.NullMarked;
