/** A Spring Cloud Gateway with a balancer of its own. */
@NullMarked
package dev.mainstay.gateway;

import org.jspecify.annotations.NullMarked;
