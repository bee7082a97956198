/**
 * How fast the gateway is, beside what a user would run in its place: in one run, on the same
 * servers.
 */
@NullMarked
package dev.mainstay.stack.bench;

import org.jspecify.annotations.NullMarked;
