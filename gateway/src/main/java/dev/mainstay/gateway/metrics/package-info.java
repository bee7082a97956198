/** What Micrometer sees of the pools. */
@NullMarked
package dev.mainstay.gateway.metrics;

import org.jspecify.annotations.NullMarked;
