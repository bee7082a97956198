package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.Event.Kind;
import dev.mainstay.db.controller.loop.Event.News;
import dev.mainstay.db.engine.EngineSql;
import dev.mainstay.db.engine.NodeConnector;
import dev.mainstay.db.engine.Source;
import dev.mainstay.db.failover.Rebuilding;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds one node at a time, on a thread and a session of its own: a copy takes as long as there
 * is data, and neither a fail-over nor the keeping of locks may wait for it.
 *
 * <p>It begins only while this controller holds the node's lock. A second lock, held until the copy
 * is made, keeps a successor from beginning another. If this controller dies the copy goes on, or
 * breaks off, by itself; the node is looked at as any other afterwards.
 */
final class Rebuilder implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(1);

  /** A copy of any size; a donor that is gone ends it after five minutes, on the server. */
  private static final Duration LONGEST = Duration.ofDays(2);

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** After a failure. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private static final String LOCK = "mainstay.rebuild";

  private record Work(Rebuilding.Possible what, Thread thread) {}

  private final ControllerSettings settings;
  private final Lease lease;
  private final Reach reach;
  private final Events events;
  private final AtomicReference<@Nullable Work> work = new AtomicReference<>();
  private final AtomicReference<@Nullable Connection> session = new AtomicReference<>();
  private volatile int percent;
  private volatile long notBefore = System.nanoTime();

  Rebuilder(ControllerSettings settings, Lease lease, Events events) {
    this.settings = settings;
    this.lease = lease;
    this.events = events;
    this.reach = new Reach(new NodeConnector(settings.own(), CONNECT, LONGEST), settings.links());
  }

  /** Begins, unless one is at work, or has failed just now. */
  void begin(Rebuilding.Possible what) {
    if (work.get() != null || System.nanoTime() - notBefore < 0) {
      return;
    }
    percent = 0;
    Thread thread =
        Thread.ofVirtual().name("rebuild-" + what.node()).unstarted(() -> rebuild(what));
    work.set(new Work(what, thread));
    thread.start();
  }

  /** Whether this node is being rebuilt, so that nobody else may touch it. */
  boolean isAt(NodeId node) {
    return current(node).isPresent();
  }

  /** How far the node is, in words; nothing if nobody rebuilds it. */
  Optional<String> words(NodeId node) {
    return current(node)
        .map(
            what ->
                "is rebuilt from %s%s"
                    .formatted(what.donor(), percent > 0 ? ", %d %% done".formatted(percent) : ""));
  }

  private Optional<Rebuilding.Possible> current(NodeId node) {
    return Optional.ofNullable(work.get()).map(Work::what).filter(one -> one.node().equals(node));
  }

  private void rebuild(Rebuilding.Possible what) {
    NodeId node = what.node();
    long began = System.nanoTime();
    events.tell(
        News.of(
            Kind.REBUILD,
            node,
            "%s is rebuilt from %s (%s)".formatted(node, what.donor(), what.why()),
            Duration.ZERO));
    Thread watcher = Thread.ofVirtual().name("progress-" + node).start(() -> watch(node));
    try {
      copy(what);
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      events.tell(
          News.of(
              Kind.REBUILD,
              node,
              "%s has a copy of %s after %d ms".formatted(node, what.donor(), took.toMillis()),
              took));
    } catch (SQLException e) {
      notBefore = System.nanoTime() + PAUSE.toNanos();
      events.warn(
          News.of(
              Kind.REBUILD,
              node,
              "%s could not be rebuilt: %s; next try in %d s"
                  .formatted(node, Reasons.inShort(e), PAUSE.toSeconds()),
              Duration.ofNanos(System.nanoTime() - began)));
    } finally {
      watcher.interrupt();
      Aborts.now(session.getAndSet(null));
      work.set(null);
    }
  }

  private void copy(Rebuilding.Possible what) throws SQLException {
    NodeAddress node = settings.cluster().node(what.node()).orElseThrow();
    NodeAddress donor = settings.cluster().node(what.donor()).orElseThrow();
    NodeAddress place = settings.links().source(what.node(), donor);
    Connection connection = reach.connect(node);
    session.set(connection);
    EngineSql sql = EngineSql.of(connection);
    if (!sql.tryLock(connection, LOCK, LockedSession.IDLE)) {
      throw new SQLException("another controller is at it");
    }
    if (lease.session(what.node()).isEmpty()) {
      throw new SQLException("the lock of %s is not held".formatted(what.node()));
    }
    sql.rebuild(
        connection, new Source(place.host(), place.port(), settings.own()), done -> percent = done);
  }

  private void watch(NodeId id) {
    NodeAddress node = settings.cluster().node(id).orElseThrow();
    try (Connection connection = reach.connect(node)) {
      while (!Thread.interrupted()) {
        OptionalInt done = EngineSql.of(connection).rebuilt(connection);
        done.ifPresent(now -> percent = now);
        Thread.sleep(LOOK);
      }
    } catch (SQLException e) {
      // The node ends when its copy is made, and whoever makes it tells what failed.
    } catch (InterruptedException done) {
      // No more to see.
    }
  }

  /** Gives up what is being done, and waits for nothing. */
  @Override
  public void close() {
    Work current = work.get();
    Aborts.now(session.getAndSet(null));
    if (current != null) {
      current.thread().interrupt();
    }
  }
}
