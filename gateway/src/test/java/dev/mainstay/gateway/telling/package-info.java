@NullMarked
package dev.mainstay.gateway.telling;

import org.jspecify.annotations.NullMarked;
