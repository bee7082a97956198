/** The wiring and the settings of the site. */
@NullMarked
package dev.mainstay.web.config;

import org.jspecify.annotations.NullMarked;
