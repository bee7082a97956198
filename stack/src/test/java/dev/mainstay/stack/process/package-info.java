@NullMarked
package dev.mainstay.stack.process;

import org.jspecify.annotations.NullMarked;
