@NullMarked
package dev.mainstay.stack.drill;

import org.jspecify.annotations.NullMarked;
