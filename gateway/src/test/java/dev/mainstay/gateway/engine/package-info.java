@NullMarked
package dev.mainstay.gateway.engine;

import org.jspecify.annotations.NullMarked;
