@NullMarked
package dev.mainstay.gateway.guard;

import org.jspecify.annotations.NullMarked;
