/** Who kills a node: the supervisor of this machine, or a command. */
@NullMarked
package dev.mainstay.db.controller.control;

import org.jspecify.annotations.NullMarked;
