package dev.mainstay.db.controller.loop;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Ends connections without asking the server, which may not answer. */
final class Aborts {

  private Aborts() {}

  static void now(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        // Broken already, which is what was wanted.
      }
    }
  }
}
