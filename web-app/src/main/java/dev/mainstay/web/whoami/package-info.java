/** Which gateway, instance and node served a request. */
@NullMarked
package dev.mainstay.web.whoami;

import org.jspecify.annotations.NullMarked;
