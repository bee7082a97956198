/** The command as a person uses it, on real processes. */
@NullMarked
package dev.mainstay.stack.e2e;

import org.jspecify.annotations.NullMarked;
