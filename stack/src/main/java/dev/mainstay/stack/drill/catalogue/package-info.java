/** The drills that there are: each says what it breaks and what is promised of it. */
@NullMarked
package dev.mainstay.stack.drill.catalogue;

import org.jspecify.annotations.NullMarked;
