@NullMarked
package dev.mainstay.stack.drill.catalogue;

import org.jspecify.annotations.NullMarked;
