/** Runs the whole stack on one machine. */
@NullMarked
package dev.mainstay.stack;

import org.jspecify.annotations.NullMarked;
