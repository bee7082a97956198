/** The commands. */
@NullMarked
package dev.mainstay.stack.cli;

import org.jspecify.annotations.NullMarked;
