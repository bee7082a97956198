/** The sample site: a public notice board. */
@NullMarked
package dev.mainstay.web;

import org.jspecify.annotations.NullMarked;
