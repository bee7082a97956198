@NullMarked
package dev.mainstay.gateway.watch;

import org.jspecify.annotations.NullMarked;
