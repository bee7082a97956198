/** The engines' statements, on real nodes. */
@NullMarked
package dev.mainstay.db.engine;

import org.jspecify.annotations.NullMarked;
