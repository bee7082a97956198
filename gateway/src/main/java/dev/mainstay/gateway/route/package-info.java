/** The way of a request through Spring Cloud Gateway to a server of a pool. */
@NullMarked
package dev.mainstay.gateway.route;

import org.jspecify.annotations.NullMarked;
