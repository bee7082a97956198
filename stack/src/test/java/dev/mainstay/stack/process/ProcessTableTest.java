package dev.mainstay.stack.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.process.ProcessTable.Activity;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProcessTableTest {

  static Stream<ProcessTable> tables() {
    return Stream.of(ProcessTable.ofThisMachine(), new PortableProcessTable());
  }

  @ParameterizedTest
  @MethodSource("tables")
  void processIsKnownByPidAndStart(ProcessTable table) throws IOException {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try {
      Identity identity = table.look(sleep.pid()).orElseThrow().identity();

      assertThat(table.isAlive(identity)).isTrue();
      assertThat(table.isAlive(new Identity(sleep.pid(), "another start"))).isFalse();
      assertThat(table.residentBytes(sleep.pid()).orElse(0)).isPositive();
    } finally {
      sleep.destroyForcibly();
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void pausedProcessIsSeenToBePaused(ProcessTable table) throws IOException {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try {
      Identity identity = table.look(sleep.pid()).orElseThrow().identity();

      Signal.STOP.send(identity, table);
      await().until(() -> table.look(identity).orElseThrow().activity() == Activity.PAUSED);

      Signal.CONT.send(identity, table);
      await().until(() -> table.look(identity).orElseThrow().activity() == Activity.RUNNING);
    } finally {
      sleep.destroyForcibly();
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void processThatNobodyCollectedCountsAsGone(ProcessTable table) throws IOException {
    // The shell becomes a sleep that never waits for its child, which stays a zombie.
    Process parent = new ProcessBuilder("sh", "-c", "true & echo $!; exec sleep 60").start();
    try {
      long zombie = Long.parseLong(parent.inputReader().readLine());

      await().until(() -> table.look(zombie).isEmpty());
    } finally {
      parent.destroyForcibly();
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void signalDoesNotReachAnotherProcessWithTheSamePid(ProcessTable table) throws IOException {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try {
      boolean sent = Signal.KILL.send(new Identity(sleep.pid(), "long ago"), table);

      assertThat(sent).isFalse();
      assertThat(sleep.isAlive()).isTrue();
    } finally {
      sleep.destroyForcibly();
    }
  }
}
