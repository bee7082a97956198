package dev.mainstay.db.router;

import com.mysql.cj.MysqlConnection;
import com.mysql.cj.protocol.ServerSessionStateController;
import com.mysql.cj.protocol.ServerSessionStateController.SessionStateChange;
import com.mysql.cj.protocol.ServerSessionStateController.SessionStateChangesListener;
import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Knows what was written on one physical connection. MySQL tells the GTID with the answer to each
 * COMMIT; MariaDB is asked for it.
 *
 * <p>The driver holds its listener weakly: whoever holds the connection holds this, too.
 */
final class OwnGtids implements SessionStateChangesListener {

  private final AtomicReference<String> told = new AtomicReference<>("");

  /** MariaDB: what was answered last, for the server's answer stays until the next write. */
  private final AtomicReference<String> asked = new AtomicReference<>("");

  private OwnGtids() {}

  /** Follows a connection that was opened to tell. */
  static OwnGtids of(MysqlConnection connection) {
    OwnGtids own = new OwnGtids();
    connection.getServerSessionStateController().addSessionStateChangesListener(own);
    return own;
  }

  @Override
  public void handleSessionStateChanges(
      ServerSessionStateController.ServerSessionStateChanges changes) {
    for (SessionStateChange change : changes.getSessionStateChangesList()) {
      if (change.getType() == ServerSessionStateController.SESSION_TRACK_GTIDS
          && !change.getValues().isEmpty()) {
        told.set(change.getValues().getLast());
      }
    }
  }

  /** A new borrower: what others wrote is not theirs. */
  void forget() {
    told.set("");
  }

  /** What was written since the last call; of several transactions the last. */
  Optional<GtidSet> take(Connection connection, Engine engine) throws SQLException {
    String gtid =
        switch (engine) {
          case MYSQL -> told.getAndSet("");
          case MARIADB -> {
            String last = Positions.lastWritten(connection);
            yield asked.getAndSet(last).equals(last) ? "" : last;
          }
        };
    return Optional.of(GtidSet.parse(engine, gtid)).filter(gtids -> !gtids.isEmpty());
  }
}
