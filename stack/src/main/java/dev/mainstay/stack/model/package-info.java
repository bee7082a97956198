/** What the stack consists of and what is to be done about it: values and decisions, no I/O. */
@NullMarked
package dev.mainstay.stack.model;

import org.jspecify.annotations.NullMarked;
