package dev.mainstay.stack.drill.watch;

import dev.mainstay.stack.process.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One change that a controller told of ({@code GET /api/events}).
 *
 * @param by the controller
 * @param kind {@code VACANT}, {@code STEP}, {@code PRIMARY}, {@code JOINED}, {@code QUARANTINED},
 *     {@code ACKERS}, {@code SWITCHOVER}, {@code REFUSED}, {@code WAITING} or one that is new
 */
public record Event(
    Instant at,
    String by,
    String kind,
    OptionalLong epoch,
    Optional<String> node,
    String text,
    OptionalLong millis) {

  /** The office of the primary is vacant. */
  public static final String VACANT = "VACANT";

  /** A node took the office and is open. */
  public static final String PRIMARY = "PRIMARY";

  /** A node follows the primary again. */
  public static final String JOINED = "JOINED";

  /** Reads one line of data; nothing if it is no event. */
  public static Optional<Event> parse(String json) {
    try {
      JsonNode node = Json.MAPPER.readTree(json);
      return Optional.of(
          new Event(
              Instant.parse(node.path("at").asString("")),
              node.path("by").asString(""),
              node.path("kind").asString(""),
              number(node.path("epoch")),
              node.path("node").asStringOpt(),
              node.path("text").asString(""),
              number(node.path("millis"))));
    } catch (JacksonException | DateTimeException noEvent) {
      return Optional.empty();
    }
  }

  private static OptionalLong number(JsonNode node) {
    return node.isNumber() ? OptionalLong.of(node.asLong()) : OptionalLong.empty();
  }

  public boolean is(String one) {
    return kind.equals(one);
  }
}
