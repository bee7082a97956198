@NullMarked
package dev.mainstay.stack.supervise;

import org.jspecify.annotations.NullMarked;
