/** The machine's own browser, for tests of pages. */
@NullMarked
package dev.mainstay.gateway.testing.browser;

import org.jspecify.annotations.NullMarked;
