@NullMarked
package dev.mainstay.stack.model;

import org.jspecify.annotations.NullMarked;
