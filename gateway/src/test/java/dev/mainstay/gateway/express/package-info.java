@NullMarked
package dev.mainstay.gateway.express;

import org.jspecify.annotations.NullMarked;
