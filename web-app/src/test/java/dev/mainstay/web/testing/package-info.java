@NullMarked
package dev.mainstay.web.testing;

import org.jspecify.annotations.NullMarked;
