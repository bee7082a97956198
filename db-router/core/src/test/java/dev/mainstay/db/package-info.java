/** Tests of the pure types. */
@NullMarked
package dev.mainstay.db;

import org.jspecify.annotations.NullMarked;
