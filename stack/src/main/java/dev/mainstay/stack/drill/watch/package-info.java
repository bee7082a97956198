/**
 * What happens to the nodes while a drill runs: what controllers tell, and what the nodes
 * themselves show.
 */
@NullMarked
package dev.mainstay.stack.drill.watch;

import org.jspecify.annotations.NullMarked;
