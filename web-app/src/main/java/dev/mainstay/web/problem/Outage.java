package dev.mainstay.web.problem;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** Tells a database that cannot be had for a while from a bug. */
final class Outage {

  /** A node that is read-only: it is not, or no longer, the primary. */
  private static final Set<Integer> READ_ONLY_NODE = Set.of(1290, 1836);

  private Outage() {}

  /**
   * Whether this came about because a node, or every node, could not be reached or was not open for
   * writes.
   */
  static boolean isCauseOf(Throwable failure) {
    for (Throwable link = failure; link != null; link = link.getCause()) {
      if (link instanceof SQLException sql && isOutage(sql)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOutage(SQLException sql) {
    String state = sql.getSQLState();
    return sql instanceof SQLTransientConnectionException
        || (state != null && state.startsWith("08"))
        || READ_ONLY_NODE.contains(sql.getErrorCode());
  }
}
