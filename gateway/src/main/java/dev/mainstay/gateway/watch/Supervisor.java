package dev.mainstay.gateway.watch;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who started the processes of the stack, and breaks one of them when it is told to. Its socket,
 * which the system lets nobody but its owner reach, takes one line of JSON and answers with one.
 */
public final class Supervisor {

  private static final Duration PATIENCE = Duration.ofSeconds(12);

  private final Optional<Path> socket;
  private final JsonMapper json;

  /** What it can be told. */
  public enum Order {
    /** SIGKILL; the process is started again soon after. */
    KILL,
    /** SIGSTOP. */
    PAUSE,
    /** SIGCONT. */
    RESUME
  }

  /**
   * What became of an order.
   *
   * @param message in its own words
   */
  public record Outcome(boolean done, String message) {}

  /**
   * @param socket its socket, or a symbolic link to it; empty where nothing is to be broken
   */
  public Supervisor(Optional<Path> socket, JsonMapper json) {
    this.socket = socket;
    this.json = json;
  }

  /** Whether there is one. */
  public boolean takesOrders() {
    return socket.isPresent();
  }

  /** Has it do this to a process; empty if it does not answer, or there is none. */
  public Mono<Outcome> order(Order order, String process) {
    return Mono.justOrEmpty(socket)
        .flatMap(
            path ->
                Mono.fromCallable(() -> send(path, order, process))
                    .subscribeOn(Schedulers.boundedElastic())
                    .timeout(PATIENCE, Mono.empty())
                    .onErrorResume(
                        nobody ->
                            nobody instanceof IOException || nobody instanceof JacksonException,
                        _ -> Mono.empty()));
  }

  private Outcome send(Path path, Order order, String process) throws IOException {
    String line =
        json.writeValueAsString(
                json.createObjectNode().put("verb", order.name()).put("name", process))
            + "\n";
    // A path that is too long for a socket's address is a link to a shorter one.
    try (SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(path.toRealPath()))) {
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      String answer =
          new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
      if (answer == null) {
        throw new IOException("it hung up");
      }
      JsonNode outcome = json.readTree(answer);
      return new Outcome(
          outcome.path("done").asBoolean(false), outcome.path("message").asString(""));
    }
  }
}
