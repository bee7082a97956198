@NullMarked
package dev.mainstay.stack.drill.load;

import org.jspecify.annotations.NullMarked;
