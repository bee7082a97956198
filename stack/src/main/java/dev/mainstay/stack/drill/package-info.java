/**
 * The drills: a stack under load, one thing broken, and the promise measured.
 *
 * <p>A {@link dev.mainstay.stack.drill.Drill} says what is broken and what is promised; {@link
 * dev.mainstay.stack.drill.Exercise} puts the load on, lets the drill break, waits until the stack
 * is whole again and reads every node; {@code check} decides.
 */
@NullMarked
package dev.mainstay.stack.drill;

import org.jspecify.annotations.NullMarked;
