package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.engine.EngineSql;
import dev.mainstay.db.failover.Decision;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes the heartbeat row on the primary every second: its lease towards the routers.
 *
 * <p>The write is acknowledged by a replica like any other, so it may wait for ever; therefore it
 * has a thread and a connection of its own, and a new one begins only when the last has ended. When
 * the primary changes, or there is none to beat for any more, the connection is cut.
 *
 * <p>So it does not go through the session that holds the node's lock. It is written only while the
 * lock cannot have been lost since the last round, as {@link Decision#VALID} has it, and on a node
 * that is open: a controller that stood still while the primary changed does no harm.
 */
final class Heartbeat implements AutoCloseable {

  static final Duration EVERY = Duration.ofSeconds(1);

  private static final int ALIVE_SECONDS = 1;

  private final Reach reach;
  private final String controller;
  private final Clock clock;
  private final AtomicReference<Optional<NodeAddress>> primary =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<@Nullable Connection> kept = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean closed;

  /** When the last round began, by {@link System#nanoTime}. */
  private volatile long looked;

  /**
   * @param reach whose socket time-out is the longest wait for an acknowledgement before the write
   *     is given up with its connection
   */
  Heartbeat(Reach reach, String controller, Clock clock) {
    this.reach = reach;
    this.controller = controller;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("heartbeat-" + controller).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * The open primary of a cluster whose lease this controller holds, if there is one; told every
   * round.
   *
   * @param began when the round began, by {@link System#nanoTime}
   */
  void beatOn(Optional<NodeAddress> node, long began) {
    looked = began;
    if (!primary.getAndSet(node).equals(node)) {
      Aborts.now(kept.getAndSet(null));
      thread.interrupt();
    }
  }

  private void run() {
    while (!closed) {
      primary.get().ifPresent(this::beat);
      try {
        Thread.sleep(EVERY);
      } catch (InterruptedException e) {
        // A new primary, or the end: see at once.
      }
    }
  }

  private void beat(NodeAddress node) {
    try {
      Connection connection = kept.get();
      if (connection == null) {
        connection = reach.connect(node);
        kept.set(connection);
        if (!primary.get().equals(Optional.of(node))) {
          Aborts.now(kept.getAndSet(null));
          return;
        }
      }
      // A write that a stopped server finds in its buffer when it wakes would part it from the
      // rest.
      if (!connection.isValid(ALIVE_SECONDS)) {
        Aborts.now(kept.getAndSet(null));
        return;
      }
      if (System.nanoTime() - looked < Decision.VALID.toNanos()) {
        EngineSql.of(connection).renewHeartbeat(connection, clock.instant(), controller);
      }
    } catch (SQLException e) {
      // The loop sees what is wrong with the node, and says so.
      Aborts.now(kept.getAndSet(null));
    }
  }

  @Override
  public void close() {
    closed = true;
    Aborts.now(kept.getAndSet(null));
    thread.interrupt();
  }
}
