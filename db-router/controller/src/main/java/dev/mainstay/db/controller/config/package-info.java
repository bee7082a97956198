/** Wiring: properties, beans, metrics. */
@NullMarked
package dev.mainstay.db.controller.config;

import org.jspecify.annotations.NullMarked;
