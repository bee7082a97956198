/** Fills an empty board with as many made-up notices as the settings ask for. */
@NullMarked
package dev.mainstay.web.seed;

import org.jspecify.annotations.NullMarked;
