package dev.mainstay.stack.bench;

import java.util.List;

/**
 * A proxy to be measured.
 *
 * @param what its name in tables
 * @param command how it is started in the foreground
 * @param port where it listens on loopback
 * @param warmsUp whether it becomes faster while it runs
 * @param usualOnly whether only the usual load is of interest
 */
record Contender(String what, List<String> command, int port, boolean warmsUp, boolean usualOnly) {

  Contender {
    command = List.copyOf(command);
  }
}
