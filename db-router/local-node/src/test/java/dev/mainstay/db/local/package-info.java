/** The engines that tests run on. */
@NullMarked
package dev.mainstay.db.local;

import org.jspecify.annotations.NullMarked;
