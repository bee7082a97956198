/** The stack in containers: docker-compose.yml, by way of the {@code docker} command. */
@NullMarked
package dev.mainstay.stack.containers;

import org.jspecify.annotations.NullMarked;
