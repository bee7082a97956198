package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.engine.EngineSql;
import dev.mainstay.db.failover.Decision;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The session that holds a node's lock, and through which alone that node is changed.
 *
 * <p>The server ends it when it is idle for {@link #IDLE}, so that a controller that was stopped or
 * cut off holds nothing for long; nothing reconnects it. When the lock is gone, so is the session,
 * and with it every statement that had not begun.
 */
final class LockedSession implements AutoCloseable {

  /** After this the locks of a lost controller are free. */
  static final Duration IDLE = Duration.ofSeconds(5);

  /** The longest single statement of a step: stopping replication may take its 10 s. */
  private static final Duration STATEMENT = Duration.ofSeconds(15);

  /** Work that takes no longer is counted from its beginning. */
  private static final Duration SHORT = Duration.ofMillis(100);

  /** Work on a connection. */
  @FunctionalInterface
  interface Work<T> {
    T on(EngineSql sql, Connection connection) throws SQLException;
  }

  private final NodeAddress node;
  private final String lockName;
  private final Connection connection;
  private final EngineSql sql;

  /** Guards the connection: one statement at a time. */
  private final ReentrantLock one = new ReentrantLock();

  private volatile boolean open = true;

  /** When the last statement that was answered was sent, by {@link System#nanoTime}. */
  private volatile long heard;

  private LockedSession(
      NodeAddress node, String lockName, Connection connection, EngineSql sql, long asked) {
    this.node = node;
    this.lockName = lockName;
    this.connection = connection;
    this.sql = sql;
    this.heard = asked;
  }

  /**
   * Opens a session on the node and takes its lock at once or not at all.
   *
   * @return empty when another session holds the lock
   */
  static Optional<LockedSession> take(Reach reach, NodeAddress node, String lockName)
      throws SQLException {
    Connection connection = reach.connect(node);
    long asked = System.nanoTime();
    boolean taken = false;
    try {
      EngineSql sql = EngineSql.of(connection);
      taken = sql.tryLock(connection, lockName, IDLE);
      if (taken) {
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(STATEMENT.toMillis()));
      }
      return taken
          ? Optional.of(new LockedSession(node, lockName, connection, sql, asked))
          : Optional.empty();
    } finally {
      if (!taken) {
        Aborts.now(connection);
      }
    }
  }

  NodeAddress node() {
    return node;
  }

  boolean isOpen() {
    return open;
  }

  /**
   * Whether the server lets the lock outlive a decision that is made now: what it heard last from
   * here is not so old that it would end the session before the decision is over.
   */
  boolean outlivesADecision() {
    return open && since(heard).compareTo(IDLE.minus(Decision.VALID)) < 0;
  }

  /** Does the work on the session; a session whose connection broke is closed for good. */
  <T> T call(Work<T> work) throws SQLException {
    one.lock();
    try {
      if (!open) {
        throw new SQLException("the session that held the lock of %s is gone".formatted(node.id()));
      }
      long asked = System.nanoTime();
      T result = work.on(sql, connection);
      if (since(asked).compareTo(SHORT) > 0) {
        asked = System.nanoTime(); // of many statements the last was sent nobody knows when
        sql.holdsLock(connection, lockName);
      }
      heard = asked;
      return result;
    } catch (SQLException e) {
      if (connection.isClosed() || isBroken(e)) {
        close();
      }
      throw e;
    } finally {
      one.unlock();
    }
  }

  private static Duration since(long then) {
    return Duration.ofNanos(System.nanoTime() - then);
  }

  /** Keeps the session from idling, and closes it when the lock is no longer its own. */
  void keepAlive() {
    if (!one.tryLock()) {
      return; // at work, so not idle
    }
    try {
      if (!call((s, c) -> s.holdsLock(c, lockName))) {
        close();
      }
    } catch (SQLException e) {
      close();
    } finally {
      one.unlock();
    }
  }

  /** SQL state class 08: the connection is broken. */
  private static boolean isBroken(SQLException e) {
    String state = e.getSQLState();
    return state != null && state.startsWith("08");
  }

  @Override
  public void close() {
    open = false;
    Aborts.now(connection);
  }
}
