package dev.mainstay.db.controller.control;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.NodeControl;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Kills a node by a command to which the node's id is appended, such as {@code docker compose kill
 * --signal KILL}. No shell is in between.
 */
public record CommandControl(List<String> command, Duration patience) implements NodeControl {

  public CommandControl(List<String> command) {
    this(command, PATIENCE);
  }

  /**
   * @param patience how long the command may take before it is killed itself
   */
  public CommandControl {
    command = List.copyOf(command);
    if (command.isEmpty()) {
      throw new IllegalArgumentException("command is empty (expected: a program and arguments)");
    }
  }

  @Override
  public void kill(NodeId node) throws IOException {
    List<String> line = new ArrayList<>(command);
    line.add(node.value());
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(patience)) {
        throw new IOException("%s is not done after %s".formatted(line, patience));
      }
      if (process.exitValue() != 0) {
        throw new IOException("%s ended with %d".formatted(line, process.exitValue()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
