package dev.mainstay.db.controller.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.NodeControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandControlTest {

  private static final NodeId NODE = new NodeId("db-2");

  @Test
  void theCommandIsToldTheNode(@TempDir Path folder) throws IOException {
    Path told = folder.resolve("told");

    new CommandControl(List.of("sh", "-c", "echo $1 > $0", told.toString())).kill(NODE);

    assertThat(told).hasContent("db-2");
  }

  @Test
  void aCommandThatFailsDidNotKill() {
    NodeControl control = new CommandControl(List.of("sh", "-c", "exit 3"));

    assertThatThrownBy(() -> control.kill(NODE))
        .isInstanceOf(IOException.class)
        .hasMessage("[sh, -c, exit 3, db-2] ended with 3");
  }

  @Test
  void aCommandThatHangsIsGivenUpAndEnded(@TempDir Path folder) throws IOException {
    Path pid = folder.resolve("pid");
    NodeControl control =
        new CommandControl(
            List.of("sh", "-c", "echo $$ > $0; exec sleep 60", pid.toString()),
            Duration.ofSeconds(1));

    assertThatThrownBy(() -> control.kill(NODE))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("is not done after PT1S");
    long id = Long.parseLong(Files.readString(pid).strip());
    ProcessHandle.of(id).ifPresent(process -> process.onExit().join());
  }

  @Test
  void anEmptyCommandIsRefused() {
    assertThatThrownBy(() -> new CommandControl(List.of()))
        .hasMessage("command is empty (expected: a program and arguments)");
  }
}
