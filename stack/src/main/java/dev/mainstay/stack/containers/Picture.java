package dev.mainstay.stack.containers;

import dev.mainstay.stack.process.Json;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What one controller says of the nodes. A controller that is cut off from them answers too, and
 * knows less than the others, or what was true before.
 *
 * @param controller who says it
 * @param topology its {@code GET /api/topology}
 */
record Picture(String controller, JsonNode topology) {

  private static final Comparator<Picture> WORTH =
      Comparator.comparingLong(Picture::epoch)
          .thenComparing(Picture::isTheLeaders)
          .thenComparingLong(Picture::seen);

  /**
   * The picture in an answer of HTTP; nothing if it is none, a refusal for example.
   *
   * @param answer all of it, headers and body
   */
  static Optional<Picture> of(String controller, String answer) {
    int body = answer.indexOf("\r\n\r\n");
    if (body < 0 || !answer.matches("(?s)HTTP/1\\.[01] 200 .*")) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Picture(controller, Json.MAPPER.readTree(answer.substring(body))));
    } catch (JacksonException cutShort) {
      return Optional.empty();
    }
  }

  /**
   * The one to believe: of the newest epoch, for who has not heard of it is behind; of these the
   * leader's, who holds a majority of the nodes' locks; else of whoever reaches most nodes.
   */
  static Optional<Picture> best(Stream<Picture> pictures) {
    return pictures.max(WORTH);
  }

  /** Counted from 1; 0 while it knows of none. */
  private long epoch() {
    return topology.path("epoch").asLong(0);
  }

  private boolean isTheLeaders() {
    return topology.path("leader").asString("").equals(controller);
  }

  private long seen() {
    return topology
        .path("nodes")
        .valueStream()
        .filter(node -> !node.path("role").asString("").equals("UNREACHABLE"))
        .count();
  }
}
