package dev.mainstay.db.router;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.engine.EngineSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Asks nodes over the application's own connections how far they are. A connection that fails in
 * this is of no more use.
 */
final class Positions {

  /** So long a node that has stopped answering is waited for, beyond what it was asked to wait. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private Positions() {}

  private interface Question<T> {
    T ask() throws SQLException;
  }

  /** Waits until the node shows all of it; false when the time was not enough. */
  static boolean await(Connection connection, Engine engine, GtidSet gtids, Duration wait)
      throws SQLException {
    return within(
        wait.plus(GRACE),
        connection,
        () -> EngineSql.of(engine).awaitExecuted(connection, gtids, wait));
  }

  /** All that the node shows at this moment. */
  static GtidSet executed(Connection connection, Engine engine) throws SQLException {
    return within(GRACE, connection, () -> EngineSql.of(engine).executed(connection));
  }

  /**
   * MariaDB: the last transaction that was written on this connection, by whomever it was lent to;
   * empty if none was.
   */
  static String lastWritten(Connection connection) throws SQLException {
    return within(
        GRACE,
        connection,
        () -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery("SELECT @@last_gtid")) {
            String gtid = row.next() ? row.getString(1) : null;
            return gtid == null ? "" : gtid;
          }
        });
  }

  /** A node that stands still must not hold an answer that is there already. */
  private static <T> T within(Duration limit, Connection connection, Question<T> question)
      throws SQLException {
    int usual = connection.getNetworkTimeout();
    connection.setNetworkTimeout(Runnable::run, (int) limit.toMillis());
    T answer = question.ask();
    connection.setNetworkTimeout(Runnable::run, usual);
    return answer;
  }
}
