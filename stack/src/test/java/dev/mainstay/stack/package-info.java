@NullMarked
package dev.mainstay.stack;

import org.jspecify.annotations.NullMarked;
