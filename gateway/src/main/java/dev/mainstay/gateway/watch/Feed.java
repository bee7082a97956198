package dev.mainstay.gateway.watch;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Follows a controller's {@code GET /api/events} and hands on what it tells, each event once: a
 * controller tells its last events again to whoever comes anew, and begins to number them anew when
 * it was restarted, so what was told is known by its time and number.
 */
final class Feed {

  private static final Duration BACK = Duration.ofSeconds(1);

  /** A quiet stream says every 5 s that it lives. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  /** Of a line: longer ones are none of a controller's. */
  private static final int LONGEST_LINE = 64 * 1024;

  private final HttpClient http;
  private final URI uri;
  private final JsonMapper json;
  private final Consumer<Entry> entries;

  // One stream follows the other, so these need no guard.
  private Instant lastAt = Instant.MIN;
  private long lastNumber;

  Feed(HttpClient http, URI uri, JsonMapper json, Consumer<Entry> entries) {
    this.http = http;
    this.uri = uri;
    this.json = json;
    this.entries = entries;
  }

  /** Until it is disposed of. */
  Disposable follow() {
    return Flux.defer(this::stream)
        .timeout(SILENCE)
        .onErrorComplete()
        .then(Mono.delay(BACK))
        .repeat()
        .subscribe();
  }

  private Flux<Void> stream() {
    Lines lines = new Lines();
    return http.headers(headers -> headers.set(HttpHeaderNames.ACCEPT, "text/event-stream"))
        .get()
        .uri(uri)
        .response(
            (response, body) ->
                response.status().equals(HttpResponseStatus.OK)
                    ? body.asString().doOnNext(lines::take)
                    : Flux.<String>empty())
        .handle((text, sink) -> {});
  }

  /** Server-sent events, as they come in pieces; all of a controller's are of one line of data. */
  private final class Lines {

    private final StringBuilder rest = new StringBuilder();
    private long id;
    private boolean news;

    void take(String piece) {
      rest.append(piece);
      int end;
      while ((end = rest.indexOf("\n")) >= 0) {
        line(rest.substring(0, end).strip());
        rest.delete(0, end + 1);
      }
      if (rest.length() > LONGEST_LINE) {
        throw new IllegalStateException("a line of more than %d".formatted(LONGEST_LINE));
      }
    }

    private void line(String line) {
      if (line.startsWith("id:")) {
        String number = line.substring("id:".length()).strip();
        id = number.matches("[0-9]{1,18}") ? Long.parseLong(number) : 0;
      } else if (line.startsWith("data:")) {
        tell(line.substring("data:".length()));
      }
    }

    private void tell(String data) {
      try {
        JsonNode event = json.readTree(data);
        Instant at = Instant.parse(event.path("at").asString(""));
        if (news || at.isAfter(lastAt) || (at.equals(lastAt) && id > lastNumber)) {
          // What follows on this stream is newer, whatever its clock says.
          news = true;
          lastAt = at;
          lastNumber = id;
          entries.accept(
              new Entry(
                  at,
                  event.path("by").asString("controller"),
                  event.path("kind").asString("event").toLowerCase(Locale.ROOT),
                  text(event, "node"),
                  event.path("text").asString(""),
                  null,
                  event.path("millis").isNumber() ? (Long) event.path("millis").asLong() : null));
        }
      } catch (JacksonException | DateTimeParseException notAnEvent) {
        // Another's stream: nothing to show.
      }
    }
  }

  private static @Nullable String text(JsonNode node, String field) {
    return node.path(field).isString() ? node.path(field).asString() : null;
  }
}
