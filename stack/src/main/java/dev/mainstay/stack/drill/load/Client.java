package dev.mainstay.stack.drill.load;

import dev.mainstay.stack.process.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One user of the site: a connection, its cookies, one request after the other. */
final class Client {

  private final int number;
  private final InetSocketAddress gateway;
  private final Pattern pattern;
  private final Script script;
  private final InstantSource clock;
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private @Nullable Wire wire;

  Client(
      int number, InetSocketAddress gateway, Pattern pattern, Script script, InstantSource clock) {
    this.number = number;
    this.gateway = gateway;
    this.pattern = pattern;
    this.script = script;
    this.clock = clock;
  }

  /**
   * A request, and its whole answer if that came in time.
   *
   * @param reply nothing if there was none
   */
  record Exchange(Request request, Optional<Wire.Reply> reply) {

    /** Whether there is no such thing, as far as who answered can see. */
    boolean isMissing() {
      return reply.filter(answer -> answer.status() == 404).isPresent();
    }

    Optional<JsonNode> json() {
      return reply.flatMap(Client::json);
    }
  }

  /** Makes the next request of its script and tells what it came to. */
  void ask(Consumer<Request> log) {
    Request request = send(script.next(cookies())).request();
    log.accept(request);
    if (pattern.doubles() && request.fate() == Fate.UNKNOWN) {
      request.post().ifPresent(post -> log.accept(send(script.again(post, cookies())).request()));
    }
  }

  /** What the site had it remember, as a request sends it back. */
  String cookies() {
    return cookies.entrySet().stream()
        .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
        .collect(Collectors.joining("; "));
  }

  Exchange send(Script.Line line) {
    Instant sent = clock.instant();
    Optional<Wire.Reply> reply = Optional.empty();
    Outcome outcome;
    try {
      Wire used = wire();
      try {
        reply = Optional.of(exchange(used, line.text()));
        outcome = answered(line, reply.get());
      } catch (IOException e) {
        outcome = new Outcome.NoAnswer(reason(e));
      } finally {
        if (wire != null && !wire.isReusable()) {
          close();
        }
      }
    } catch (IOException e) {
      outcome = new Outcome.NotSent(reason(e));
    }
    return new Exchange(new Request(number, line.post(), sent, clock.instant(), outcome), reply);
  }

  private Wire.Reply exchange(Wire used, String request) throws IOException {
    try {
      return used.exchange(request, pattern.patience());
    } catch (SocketException reset) {
      if (!pattern.reconnects() || used.wasServed()) {
        throw reset;
      }
      close();
      return wire().exchange(request, pattern.patience());
    }
  }

  /** The connection; a new one, if the other end has closed it while it rested. */
  private Wire wire() throws IOException {
    Wire used = wire;
    if (used != null && used.isClosedByPeer()) {
      close();
      used = null;
    }
    if (used == null) {
      used = Wire.open(gateway);
      wire = used;
    }
    return used;
  }

  private Outcome answered(Script.Line line, Wire.Reply reply) {
    reply.all("set-cookie").forEach(this::keep);
    return new Outcome.Answered(
        reply.status(),
        Optional.of(reply.first("mainstay-outcome")).filter(told -> !told.isEmpty()),
        line.post().flatMap(_ -> json(reply)).flatMap(notice -> notice.path("id").asStringOpt()),
        reply.first("x-served-by"));
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private void keep(String cookie) {
    String pair = cookie.split(";", 2)[0];
    int equals = pair.indexOf('=');
    if (equals > 0) {
      cookies.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
    }
  }

  private static Optional<JsonNode> json(Wire.Reply reply) {
    try {
      return Optional.of(Json.MAPPER.readTree(reply.body()));
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  void close() {
    if (wire != null) {
      wire.close();
      wire = null;
    }
  }
}
