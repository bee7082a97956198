/** Keeps the processes of a stack as they are wanted, and takes orders about them. */
@NullMarked
package dev.mainstay.stack.supervise;

import org.jspecify.annotations.NullMarked;
