/** A real cluster for tests: nodes as processes, and the controller that set them up. */
@NullMarked
package dev.mainstay.db.controller.testing;

import org.jspecify.annotations.NullMarked;
