package dev.mainstay.stack.drill.load;

import dev.mainstay.stack.process.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** One user of the site: a connection, its cookies, one request after the other. */
final class Client {

  private final int number;
  private final InetSocketAddress gateway;
  private final Duration patience;
  private final Script script;
  private final InstantSource clock;
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private @Nullable Wire wire;

  Client(
      int number,
      InetSocketAddress gateway,
      Duration patience,
      Script script,
      InstantSource clock) {
    this.number = number;
    this.gateway = gateway;
    this.patience = patience;
    this.script = script;
    this.clock = clock;
  }

  /**
   * Makes the next request of its script and tells what it came to.
   *
   * @param doubles see {@link Pattern#doubles}
   */
  void ask(Consumer<Request> log, boolean doubles) {
    Request request = send(script.next(cookies()));
    log.accept(request);
    if (doubles && request.fate() == Fate.UNKNOWN) {
      request.post().ifPresent(post -> log.accept(send(script.again(post, cookies()))));
    }
  }

  private String cookies() {
    return cookies.entrySet().stream()
        .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
        .collect(Collectors.joining("; "));
  }

  private Request send(Script.Line line) {
    Instant sent = clock.instant();
    Outcome outcome = exchange(line);
    return new Request(number, line.post(), sent, clock.instant(), outcome);
  }

  private Outcome exchange(Script.Line line) {
    Wire used = wire;
    if (used == null) {
      try {
        used = Wire.open(gateway);
        wire = used;
      } catch (IOException e) {
        return new Outcome.NotSent(reason(e));
      }
    }
    try {
      Wire.Reply reply = used.exchange(line.text(), patience);
      reply.all("set-cookie").forEach(this::keep);
      return new Outcome.Answered(
          reply.status(),
          Optional.of(reply.first("mainstay-outcome")).filter(told -> !told.isEmpty()),
          line.post().flatMap(_ -> id(reply)));
    } catch (IOException e) {
      return new Outcome.NoAnswer(reason(e));
    } finally {
      if (!used.isReusable()) {
        close();
      }
    }
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

  private static Optional<String> id(Wire.Reply reply) {
    try {
      return Json.MAPPER.readTree(reply.body()).path("id").asStringOpt();
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
