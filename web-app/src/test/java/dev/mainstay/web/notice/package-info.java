@NullMarked
package dev.mainstay.web.notice;

import org.jspecify.annotations.NullMarked;
