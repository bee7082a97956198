/** Processes of this machine: seen, started, signalled; the home and its files. */
@NullMarked
package dev.mainstay.stack.process;

import org.jspecify.annotations.NullMarked;
