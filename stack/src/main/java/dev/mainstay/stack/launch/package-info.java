/** From options to running processes: what is started, with which command and configuration. */
@NullMarked
package dev.mainstay.stack.launch;

import org.jspecify.annotations.NullMarked;
