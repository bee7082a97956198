@NullMarked
package dev.mainstay.stack.drill.watch;

import org.jspecify.annotations.NullMarked;
