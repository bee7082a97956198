package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.engine.NodeConnector;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to change the cluster: {@code GET_LOCK} of one name held on a majority of its nodes.
 *
 * <p>Two majorities always share a node, so there are never two holders. A seeker takes the locks
 * in the nodes' order and lets all go when it gets no majority, so that of two that start together
 * the one that gets the first node goes on and the other gives way. The lock lives exactly as long
 * as the session that took it ({@link LockedSession}).
 */
final class Lease implements AutoCloseable {

  private final ClusterSpec cluster;
  private final String lockName;
  private final NodeConnector connector;
  private final Map<NodeId, LockedSession> sessions = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Lease(ClusterSpec cluster, NodeConnector connector) {
    this.cluster = cluster;
    this.lockName = lockName(cluster);
    this.connector = connector;
  }

  static String lockName(ClusterSpec cluster) {
    return "mainstay." + cluster.name();
  }

  /** Whether a majority of all nodes is locked by this controller's living sessions. */
  boolean held() {
    return sessions.values().stream().filter(LockedSession::isOpen).count() >= cluster.majority();
  }

  /** The session that may change this node. */
  Optional<LockedSession> session(NodeId node) {
    return Optional.ofNullable(sessions.get(node)).filter(LockedSession::isOpen);
  }

  /**
   * Takes the locks of those of the reached nodes that are not yet held.
   *
   * @return whether the lease is held now
   */
  boolean seek(Collection<NodeAddress> reached) {
    sessions.values().removeIf(session -> !session.isOpen());
    boolean leading = held();
    for (NodeAddress node : reached) {
      if (sessions.containsKey(node.id())) {
        continue;
      }
      try {
        Optional<LockedSession> session = LockedSession.take(connector, node, lockName);
        if (session.isPresent()) {
          sessions.put(node.id(), session.get());
        } else if (!leading) {
          break; // somebody else is ahead
        }
      } catch (SQLException e) {
        // Lost between the observation and now; the next round observes why.
      }
    }
    if (closed || !held()) {
      release();
    }
    return held();
  }

  /** Pings every idle session, each on its own thread, and returns at once. */
  void keepAlive() {
    for (LockedSession session : sessions.values()) {
      Thread.ofVirtual().name("lease-" + session.node().id()).start(session::keepAlive);
    }
  }

  /** Lets every lock go. */
  void release() {
    sessions.values().forEach(LockedSession::close);
    sessions.clear();
  }

  @Override
  public void close() {
    closed = true; // so that a seek under way lets go what it takes after this
    release();
  }
}
