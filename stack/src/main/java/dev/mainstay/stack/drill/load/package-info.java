/** The load of a drill: clients that never retry, and what became of each of their requests. */
@NullMarked
package dev.mainstay.stack.drill.load;

import org.jspecify.annotations.NullMarked;
