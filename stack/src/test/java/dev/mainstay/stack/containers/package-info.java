/** Tests of the stack in containers. */
@NullMarked
package dev.mainstay.stack.containers;

import org.jspecify.annotations.NullMarked;
