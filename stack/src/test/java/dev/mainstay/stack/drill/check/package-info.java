@NullMarked
package dev.mainstay.stack.drill.check;

import org.jspecify.annotations.NullMarked;
