/**
 * Filters that every request passes: size of the body, origin of the form, headers of the answer.
 */
@NullMarked
package dev.mainstay.web.guard;

import org.jspecify.annotations.NullMarked;
