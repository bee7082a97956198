/** The topology of a replicated database: nodes, roles, positions, epochs. Pure. */
@NullMarked
package dev.mainstay.db;

import org.jspecify.annotations.NullMarked;
