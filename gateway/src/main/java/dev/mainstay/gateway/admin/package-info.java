/** The admin port: the API, who may change what, and the dashboard. */
@NullMarked
package dev.mainstay.gateway.admin;

import org.jspecify.annotations.NullMarked;
