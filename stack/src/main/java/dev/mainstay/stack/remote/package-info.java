/** The parts' own HTTP surfaces, as the commands use them. */
@NullMarked
package dev.mainstay.stack.remote;

import org.jspecify.annotations.NullMarked;
