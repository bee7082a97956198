package dev.mainstay.stack.drill.watch;

import dev.mainstay.stack.model.Problem;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Reads what one node holds of the board, on that very node. */
public final class CopyReader {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String TITLE = "Drill ";

  /** Sums do not depend on the order in which a node reads its rows. */
  private static final String CHECKSUM =
      Stream.of(
              sum("notice", "HEX(id), version, title, body, author, created_at"),
              sum("comment", "HEX(id), version, HEX(notice_id), body, author, created_at"),
              sum("idempotency", "HEX(idempotency_key), fingerprint, HEX(resource_id), created_at"))
          .reduce((one, other) -> one + " UNION ALL " + other)
          .orElseThrow();

  private CopyReader() {}

  private static String sum(String table, String columns) {
    return "SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', %s))), 0) FROM %s"
        .formatted(columns, table);
  }

  /**
   * Reads a node's copy.
   *
   * @param access the application's account
   * @param run the name of the drill's run, with which the marks of its notices begin
   * @throws Problem if the node does not answer
   */
  public static Copy read(String node, int port, Access access, String run) {
    try (Connection connection = access.connect(port, PATIENCE);
        Statement statement = connection.createStatement()) {
      // In this order: where the checksums are equal nothing is on its way any more.
      String checksum = checksum(statement);
      return new Copy(node, rows(statement, run), checksum);
    } catch (SQLException e) {
      throw new Problem("%s cannot be read: %s".formatted(node, e.getMessage()));
    }
  }

  /** What is asked for the notices of a run: title and id. */
  public static String rows(String run) {
    return "SELECT title, HEX(id) FROM notice WHERE title LIKE '%s%s-%%'".formatted(TITLE, run);
  }

  /** What is asked for the checksum: a count and a sum for each table. */
  public static String checksum() {
    return CHECKSUM;
  }

  /** A row of the answer to {@link #rows}. */
  public static Copy.Row row(String title, String id) {
    return new Copy.Row(
        title.substring(TITLE.length()),
        new UUID(
            Long.parseUnsignedLong(id.substring(0, 16), 16),
            Long.parseUnsignedLong(id.substring(16), 16)));
  }

  private static List<Copy.Row> rows(Statement statement, String run) throws SQLException {
    List<Copy.Row> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(rows(run))) {
      while (row.next()) {
        rows.add(row(row.getString(1), row.getString(2)));
      }
    }
    return rows;
  }

  private static String checksum(Statement statement) throws SQLException {
    List<String> sums = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(CHECKSUM)) {
      while (row.next()) {
        sums.add("%s:%s".formatted(row.getString(1), row.getString(2)));
      }
    }
    return String.join(" ", sums);
  }
}
