package dev.mainstay.db.controller.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.NodeControl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorControlTest {

  private static final NodeId NODE = new NodeId("db-2");

  @TempDir private Path folder;
  private ServerSocketChannel supervisor;

  @BeforeEach
  void listen() throws IOException {
    supervisor = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    supervisor.bind(UnixDomainSocketAddress.of(socket()));
  }

  @AfterEach
  void close() throws IOException {
    supervisor.close();
  }

  private Path socket() {
    return folder.resolve("s");
  }

  @Test
  void theSupervisorIsToldTheNode() throws IOException {
    CompletableFuture<String> order = answer("{\"done\":true}\n");

    new SupervisorControl(socket()).kill(NODE);

    assertThat(order.join()).isEqualTo("{\"verb\":\"KILL\",\"name\":\"db-2\"}");
  }

  @Test
  void aRefusalIsToldInItsWords() {
    CompletableFuture<String> order = answer("{\"done\":false,\"message\":\"db-2 is down\"}\n");

    assertThatThrownBy(() -> new SupervisorControl(socket()).kill(NODE))
        .isInstanceOf(IOException.class)
        .hasMessage("the supervisor refused: db-2 is down");
    assertThat(order.join()).contains("db-2");
  }

  @Test
  void aSupervisorThatEndsHasNotKilled() {
    CompletableFuture<String> order = answer("");

    assertThatThrownBy(() -> new SupervisorControl(socket()).kill(NODE))
        .isInstanceOf(IOException.class)
        .hasMessage("the supervisor hung up");
    assertThat(order.join()).contains("db-2");
  }

  /** Trap: the controller would do nothing else for as long as it waits. */
  @Test
  void aSupervisorThatStandsStillIsGivenUp() {
    NodeControl control = new SupervisorControl(socket(), Duration.ofMillis(200));

    assertThatThrownBy(() -> control.kill(NODE))
        .isInstanceOf(IOException.class)
        .hasMessage("the supervisor has not answered after PT0.2S");
  }

  @Test
  void noSupervisorIsAnError() throws IOException {
    supervisor.close();

    assertThatThrownBy(() -> new SupervisorControl(socket()).kill(NODE))
        .isInstanceOf(IOException.class);
  }

  /** Answers one order, and hangs up. */
  private CompletableFuture<String> answer(String line) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (SocketChannel channel = supervisor.accept()) {
            String order = new BufferedReader(Channels.newReader(channel, UTF_8)).readLine();
            channel.write(UTF_8.encode(line));
            return order;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
