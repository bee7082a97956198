package dev.mainstay.db.router;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * One run of a server process, told by when it started.
 *
 * <p>A server tells its age in whole seconds and its time in another statement, and it may be
 * stopped in between. So its time is asked before and after its age, and the start lies between two
 * bounds; that a server was started anew is certain when they do not overlap.
 *
 * @param earliest bound of the start, in seconds of the server's own clock
 * @param latest the other bound
 */
record ServerRun(long earliest, long latest) {

  ServerRun {
    if (latest < earliest) {
      throw new IllegalArgumentException(
          "latest start is %d (expected: %d or more)".formatted(latest, earliest));
    }
  }

  /** Asks the server at the other end. Three short statements. */
  static ServerRun of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      long before = number(statement, "SELECT UNIX_TIMESTAMP()", 1);
      long age = number(statement, "SHOW GLOBAL STATUS LIKE 'Uptime'", 2);
      long after = number(statement, "SELECT UNIX_TIMESTAMP()", 1);
      return new ServerRun(before - age - 1, Math.max(before, after) - age + 1);
    }
  }

  private static long number(Statement statement, String sql, int column) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      if (!row.next()) {
        throw new SQLException("the server does not answer: " + sql);
      }
      return row.getLong(column);
    }
  }

  /** Whether this run certainly began after the other: that process is gone. */
  boolean isAfter(ServerRun other) {
    return earliest > other.latest;
  }
}
