package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.ClusterSpec;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The locks of nodes: {@code GET_LOCK} of one name, held on each by a session through which alone
 * that node is changed ({@link LockedSession}).
 *
 * <p>A seeker takes the locks in the nodes' order, so that of two that start together the one that
 * gets the first node goes on and the other gives way. What the locks that are held entitle to is
 * decided elsewhere ({@link dev.mainstay.db.failover.Course#claim}).
 */
final class Lease implements AutoCloseable {

  private record Held(LockedSession session, Instant since) {}

  private final String lockName;
  private final Reach reach;
  private final Clock clock;
  private final Map<NodeId, Held> sessions = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Lease(ClusterSpec cluster, Reach reach, Clock clock) {
    this.lockName = lockName(cluster);
    this.reach = reach;
    this.clock = clock;
  }

  static String lockName(ClusterSpec cluster) {
    return "mainstay." + cluster.name();
  }

  /** The nodes whose locks are held by living sessions, as far as is known. */
  Set<NodeId> locks() {
    return locks(LockedSession::isOpen).keySet();
  }

  /**
   * The nodes whose locks a decision may rest on, each since when it is held. After a halt of this
   * process there are none until the servers have answered again.
   */
  Map<NodeId, Instant> firmLocks() {
    return locks(LockedSession::outlivesADecision);
  }

  private Map<NodeId, Instant> locks(Predicate<LockedSession> which) {
    Map<NodeId, Instant> locks = new HashMap<>();
    sessions.forEach(
        (node, held) -> {
          if (which.test(held.session())) {
            locks.put(node, held.since());
          }
        });
    return locks;
  }

  /** The session that may change this node. */
  Optional<LockedSession> session(NodeId node) {
    return Optional.ofNullable(sessions.get(node)).map(Held::session).filter(LockedSession::isOpen);
  }

  /**
   * Takes the locks of these nodes as far as they are free and not yet held.
   *
   * @return whether any was taken
   */
  boolean seek(Collection<NodeAddress> nodes) {
    sessions.values().removeIf(held -> !held.session().isOpen());
    boolean leading = !sessions.isEmpty();
    boolean taken = false;
    for (NodeAddress node : nodes) {
      if (sessions.containsKey(node.id())) {
        continue;
      }
      try {
        Optional<LockedSession> session = LockedSession.take(reach, node, lockName);
        if (session.isPresent()) {
          sessions.put(node.id(), new Held(session.get(), clock.instant()));
          taken = true;
        } else if (!leading) {
          break; // somebody else is ahead
        }
      } catch (SQLException e) {
        // Lost between the observation and now; the next round observes why.
      }
    }
    if (closed) {
      release();
    }
    return taken;
  }

  /** Pings every idle session, each on its own thread, and returns at once. */
  void keepAlive() {
    for (Held held : sessions.values()) {
      LockedSession session = held.session();
      Thread.ofVirtual().name("lease-" + session.node().id()).start(session::keepAlive);
    }
  }

  /** Lets every lock go. */
  void release() {
    sessions.values().forEach(held -> held.session().close());
    sessions.clear();
  }

  @Override
  public void close() {
    closed = true; // so that a seek under way lets go what it takes after this
    release();
  }
}
