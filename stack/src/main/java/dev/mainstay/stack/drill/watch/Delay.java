package dev.mainstay.stack.drill.watch;

import dev.mainstay.stack.model.Problem;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** Has a replica apply everything later than it could: lag of a known length. */
public final class Delay {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A controller may start again in between what was stopped. */
  private static final int ATTEMPTS = 5;

  private Delay() {}

  /**
   * Sets it. It receives and acknowledges as ever.
   *
   * @param delay in whole seconds; zero ends it
   * @throws Problem if the node does not take it
   */
  public static void on(String node, int port, Access controller, Probe engine, Duration delay) {
    List<String> statements =
        switch (engine) {
          case MYSQL ->
              List.of(
                  "STOP REPLICA SQL_THREAD",
                  "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = " + delay.toSeconds(),
                  "START REPLICA SQL_THREAD");
          case MARIADB ->
              List.of(
                  "STOP SLAVE",
                  "CHANGE MASTER TO MASTER_DELAY = " + delay.toSeconds(),
                  "START SLAVE");
        };
    SQLException last = new SQLException("not tried");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (Connection connection = controller.connect(port, PATIENCE);
          Statement statement = connection.createStatement()) {
        for (String one : statements) {
          statement.execute(one);
        }
        return;
      } catch (SQLException e) {
        last = e;
      }
    }
    throw new Problem("%s could not be delayed: %s".formatted(node, last.getMessage()));
  }
}
