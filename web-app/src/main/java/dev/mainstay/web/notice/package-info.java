/** The board: notices and their comments, as pages and as JSON. */
@NullMarked
package dev.mainstay.web.notice;

import org.jspecify.annotations.NullMarked;
