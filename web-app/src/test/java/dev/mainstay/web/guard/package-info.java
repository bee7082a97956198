@NullMarked
package dev.mainstay.web.guard;

import org.jspecify.annotations.NullMarked;
