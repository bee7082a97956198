package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;
import dev.mainstay.db.engine.EngineSql;
import dev.mainstay.db.engine.NodeConnector;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one node, through a connection of its own that is kept between looks.
 *
 * <p>{@link #look()} is used by one thread at a time; {@link #close()} by any.
 */
final class Probe implements AutoCloseable {

  private final NodeAddress node;
  private final NodeConnector connector;
  private final String lockName;
  private final Clock clock;
  private final AtomicReference<@Nullable Connection> kept = new AtomicReference<>();

  Probe(NodeAddress node, NodeConnector connector, String lockName, Clock clock) {
    this.node = node;
    this.connector = connector;
    this.lockName = lockName;
    this.clock = clock;
  }

  NodeAddress node() {
    return node;
  }

  Sighting look() {
    Connection before = kept.get();
    if (before != null) {
      try {
        return look(before);
      } catch (SQLException e) {
        close();
        if (Reasons.isTimeout(e)) {
          return unreachable(e);
        }
        // The server may have been restarted, or closed an idle connection: ask anew.
      }
    }
    try {
      Connection fresh = connector.connect(node);
      kept.set(fresh);
      return look(fresh);
    } catch (SQLException e) {
      close();
      return unreachable(e);
    }
  }

  private Sighting look(Connection connection) throws SQLException {
    EngineSql sql = EngineSql.of(connection);
    Observation seen = sql.observe(connection, node, clock.instant());
    return new Sighting(seen, sql.lockHolder(connection, lockName).isPresent());
  }

  private Sighting unreachable(SQLException e) {
    return unreachable(Reasons.why(e, connector.credentials().username()));
  }

  Sighting unreachable(String why) {
    return new Sighting(new Observation.Unreachable(node, clock.instant(), why), false);
  }

  @Override
  public void close() {
    Aborts.now(kept.getAndSet(null));
  }
}
