package dev.mainstay.db.controller.control;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.NodeControl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Has the supervisor of {@code ./mainstay up} kill a node, which it starts again after a second.
 * Its socket takes one line of JSON, the order, and answers with one when it is done.
 *
 * @param socket the socket, or a symbolic link to it
 * @param patience how long it may take; the controller does nothing else meanwhile
 */
public record SupervisorControl(Path socket, Duration patience) implements NodeControl {

  private static final JsonMapper JSON = JsonMapper.shared();

  public SupervisorControl(Path socket) {
    this(socket, PATIENCE);
  }

  @Override
  public void kill(NodeId node) throws IOException {
    String order =
        JSON.writeValueAsString(
                JSON.createObjectNode().put("verb", "KILL").put("name", node.value()))
            + "\n";
    // The system allows about 104 bytes for a socket's path, the link is there for longer ones.
    try (SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(socket.toRealPath()))) {
      Future<?> limit = CompletableFuture.runAsync(() -> close(channel), after(patience));
      try {
        ask(channel, order);
      } finally {
        limit.cancel(false);
      }
    } catch (ClosedChannelException e) {
      throw new IOException("the supervisor has not answered after " + patience, e);
    }
  }

  private static Executor after(Duration time) {
    return CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void ask(SocketChannel channel, String order) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(order.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    String line =
        new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
    if (line == null) {
      throw new IOException("the supervisor hung up");
    }
    JsonNode outcome = JSON.readTree(line);
    if (!outcome.path("done").asBoolean(false)) {
      throw new IOException("the supervisor refused: " + outcome.path("message").asString(""));
    }
  }
}
