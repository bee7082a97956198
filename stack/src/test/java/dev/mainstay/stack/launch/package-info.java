@NullMarked
package dev.mainstay.stack.launch;

import org.jspecify.annotations.NullMarked;
