@NullMarked
package dev.mainstay.stack.drill.link;

import org.jspecify.annotations.NullMarked;
