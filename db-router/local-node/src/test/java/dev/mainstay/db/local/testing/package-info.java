/** The engines and nodes that tests of this and other modules run on. */
@NullMarked
package dev.mainstay.db.local.testing;

import org.jspecify.annotations.NullMarked;
