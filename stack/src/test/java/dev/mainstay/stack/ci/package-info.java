/** What stands in {@code .ci}. */
@NullMarked
package dev.mainstay.stack.ci;

import org.jspecify.annotations.NullMarked;
