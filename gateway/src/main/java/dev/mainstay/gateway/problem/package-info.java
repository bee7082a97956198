/** What a client is told when something went wrong: problem+json, or a page for a browser. */
@NullMarked
package dev.mainstay.gateway.problem;

import org.jspecify.annotations.NullMarked;
