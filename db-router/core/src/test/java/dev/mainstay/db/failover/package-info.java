/** The rules of the fail-over: tables of scenes, and a simulation that tries to break them. */
@NullMarked
package dev.mainstay.db.failover;

import org.jspecify.annotations.NullMarked;
