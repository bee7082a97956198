/**
 * What the site answers when it cannot do what was asked: problem details for programs, pages for
 * people.
 */
@NullMarked
package dev.mainstay.web.problem;

import org.jspecify.annotations.NullMarked;
