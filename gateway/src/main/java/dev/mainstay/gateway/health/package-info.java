/**
 * What a row of checks says about a server: a counter and the interval to the next check. Imports
 * {@code java.*} and JSpecify only.
 */
@NullMarked
package dev.mainstay.gateway.health;

import org.jspecify.annotations.NullMarked;
