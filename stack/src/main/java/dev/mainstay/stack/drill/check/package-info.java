/**
 * What a drill came to: who may acknowledge, what is on every node, which promise held. Values and
 * decisions, no I/O.
 */
@NullMarked
package dev.mainstay.stack.drill.check;

import org.jspecify.annotations.NullMarked;
