@NullMarked
package dev.mainstay.db.router.board;

import org.jspecify.annotations.NullMarked;
