package dev.mainstay.stack.drill.watch;

import dev.mainstay.stack.model.Problem;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A write on one node alone, past the primary: what an operator's mistake would be. */
public final class StrayWrite {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private StrayWrite() {}

  /**
   * Commits it. The controllers' account may write on a closed node, but on MySQL not past
   * super_read_only.
   *
   * @throws Problem if the node does not take it
   */
  public static void on(String node, int port, Access controller, Probe engine) {
    try (Connection connection = controller.connect(port, PATIENCE);
        Statement statement = connection.createStatement()) {
      if (engine == Probe.MYSQL) {
        statement.execute("SET GLOBAL super_read_only = 0");
      }
      statement.execute("CREATE TABLE IF NOT EXISTS mainstay_control.stray (id INT PRIMARY KEY)");
      if (engine == Probe.MYSQL) {
        statement.execute("SET GLOBAL super_read_only = 1");
      }
    } catch (SQLException e) {
      throw new Problem("Nothing could be written on %s: %s".formatted(node, e.getMessage()));
    }
  }
}
