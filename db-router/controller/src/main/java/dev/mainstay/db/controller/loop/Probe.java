package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.engine.EngineSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one node, through a connection of its own that is kept between looks.
 *
 * <p>{@link #look()} is used by one thread at a time; {@link #close()} by any.
 */
final class Probe implements AutoCloseable {

  private final NodeAddress node;
  private final Reach reach;
  private final List<NodeAddress> nodes;
  private final String lockName;
  private final Clock clock;
  private final AtomicReference<@Nullable Connection> kept = new AtomicReference<>();

  /**
   * @param nodes all of the cluster
   */
  Probe(NodeAddress node, List<NodeAddress> nodes, Reach reach, String lockName, Clock clock) {
    this.node = node;
    this.nodes = List.copyOf(nodes);
    this.reach = reach;
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
      Connection fresh = reach.connect(node);
      kept.set(fresh);
      return look(fresh);
    } catch (SQLException e) {
      close();
      return unreachable(e);
    }
  }

  private Sighting look(Connection connection) throws SQLException {
    EngineSql sql = EngineSql.of(connection);
    Reached seen = sql.observe(connection, node, clock.instant());
    return new Sighting(direct(seen), sql.lockHolder(connection, lockName).isPresent());
  }

  /** Replication told by the nodes' own addresses, whatever way it takes. */
  private Reached direct(Reached seen) {
    return seen.replication().isEmpty()
        ? seen
        : seen.withReplication(reach.links().direct(node.id(), seen.replication().get(), nodes));
  }

  private Sighting unreachable(SQLException e) {
    return unreachable(Reasons.why(e, reach.connector().credentials().username()));
  }

  Sighting unreachable(String why) {
    return new Sighting(new Observation.Unreachable(node, clock.instant(), why), false);
  }

  @Override
  public void close() {
    Aborts.now(kept.getAndSet(null));
  }
}
