@NullMarked
package dev.mainstay.web.seed;

import org.jspecify.annotations.NullMarked;
