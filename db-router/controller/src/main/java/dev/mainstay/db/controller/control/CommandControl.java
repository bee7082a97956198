package dev.mainstay.db.controller.control;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.NodeControl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Kills a node by a command to which the node's id is appended, such as {@code docker compose kill
 * --signal KILL}. No shell is in between.
 */
public record CommandControl(List<String> command) implements NodeControl {

  private static final int SECONDS = 10;

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
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("%s is not done after %d s".formatted(line, SECONDS));
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
