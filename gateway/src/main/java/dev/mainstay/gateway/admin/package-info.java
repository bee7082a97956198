/** The admin port: the API, who may change what, and the status page. */
@NullMarked
package dev.mainstay.gateway.admin;

import org.jspecify.annotations.NullMarked;
