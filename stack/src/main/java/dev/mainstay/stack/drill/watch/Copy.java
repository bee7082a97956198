package dev.mainstay.stack.drill.watch;

import java.util.List;
import java.util.UUID;

/**
 * What one node holds after a drill.
 *
 * @param rows the notices of this drill
 * @param checksum of all rows of the board, whoever wrote them
 */
public record Copy(String node, List<Row> rows, String checksum) {

  /**
   * A notice.
   *
   * @param mark the one that its client gave it
   */
  public record Row(String mark, UUID id) {}

  public Copy {
    rows = List.copyOf(rows);
  }
}
