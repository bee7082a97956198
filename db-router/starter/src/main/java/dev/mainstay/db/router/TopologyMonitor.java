package dev.mainstay.db.router;

import dev.mainstay.db.Lineage;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the nodes and keeps the {@link Topology} that reads and writes are routed by.
 *
 * <p>Each node has a loop of its own on a virtual thread: look, publish, wait for the interval or
 * for a nudge. No loop waits for another, so a stopped node delays nobody. Each look's result goes
 * into one immutable snapshot; readers take it without a lock.
 */
public final class TopologyMonitor implements Cluster, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TopologyMonitor.class);

  /** Is told of each new snapshot whose roles, primary or epoch differ from the one before. */
  @FunctionalInterface
  public interface Listener {
    void changed(Topology before, Topology after);
  }

  /**
   * A snapshot, and what else the same looks told.
   *
   * @param clusterId of the cluster, once one of its nodes has told it
   * @param office the primary's lineage, as it was seen in office
   */
  record View(Topology topology, Optional<String> clusterId, Optional<Lineage> office) {}

  private final List<NodeAddress> nodes;
  private final NodeProbe probe;
  private final Duration interval;
  private final Duration urgentInterval;
  private final InstantSource clock;
  private final AtomicReference<View> snapshot;
  private final Map<NodeId, Semaphore> nudges = new LinkedHashMap<>();
  private final Map<NodeId, CountDownLatch> looked = new LinkedHashMap<>();
  private final Map<NodeId, Instant> doubts = new ConcurrentHashMap<>();
  private final Map<NodeId, Instant> starts = new ConcurrentHashMap<>();
  private final List<Thread> loops = new ArrayList<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> onLook = new CopyOnWriteArrayList<>();

  /**
   * Guards {@link #latest}, and that snapshots, log lines and listeners follow one another in one
   * order.
   */
  private final Object publishing = new Object();

  private final Map<NodeId, Observation> latest = new LinkedHashMap<>();
  private volatile boolean closed;

  /**
   * @param interval how often each node is looked at
   * @param urgentInterval how often while no write can be done, and how often a node that is
   *     doubtful
   */
  public TopologyMonitor(
      List<NodeAddress> nodes,
      NodeProbe probe,
      Duration interval,
      Duration urgentInterval,
      InstantSource clock) {
    this.nodes = List.copyOf(nodes);
    this.probe = probe;
    this.interval = interval;
    this.urgentInterval = urgentInterval;
    this.clock = clock;
    for (NodeAddress node : this.nodes) {
      latest.put(
          node.id(), new Observation.Unreachable(node, clock.instant(), "not looked at yet"));
      nudges.put(node.id(), new Semaphore(0));
      looked.put(node.id(), new CountDownLatch(1));
    }
    this.snapshot =
        new AtomicReference<>(
            new View(
                Topology.of(latest.values(), clock.instant()), Optional.empty(), Optional.empty()));
  }

  @Override
  public Topology topology() {
    return view().topology();
  }

  View view() {
    return snapshot.get();
  }

  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  /** Runs this after each look, whatever it showed. */
  void onLook(Runnable listener) {
    onLook.add(listener);
  }

  /**
   * The node that takes writes at this moment: the primary, able to obtain an acknowledgement, and
   * not in doubt.
   */
  Optional<NodeState> writer() {
    return writer(topology()).filter(node -> !isDoubtful(node.id()));
  }

  private static Optional<NodeState> writer(Topology topology) {
    return topology.primary().filter(NodeState::writable);
  }

  /** How long ago that was, by this monitor's clock. */
  Duration age(Instant then) {
    return Duration.between(then, clock.instant());
  }

  /** When the node's server process started, by the latest look, in seconds of its own clock. */
  Optional<Instant> startedAt(NodeId node) {
    return Optional.ofNullable(starts.get(node));
  }

  /** Starts to look. */
  public void start() {
    for (NodeAddress node : nodes) {
      loops.add(
          Thread.ofVirtual()
              .name("mainstay-db-monitor-" + node.id().value())
              .start(() -> watch(node)));
    }
  }

  private void watch(NodeAddress node) {
    Semaphore nudge = Objects.requireNonNull(nudges.get(node.id()));
    CountDownLatch first = Objects.requireNonNull(looked.get(node.id()));
    while (!closed) {
      try {
        Observation observation = probe.observe(node);
        if (!closed) {
          publish(observation);
        }
      } catch (RuntimeException e) {
        log.error("Looking at {} failed; it is looked at again", node.id().value(), e);
      } finally {
        first.countDown();
      }
      try {
        // A nudge from before the look ended counts: what it is about may not have been seen.
        if (nudge.tryAcquire(pause(node).toMillis(), TimeUnit.MILLISECONDS)) {
          nudge.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private Duration pause(NodeAddress node) {
    boolean urgent = isDoubtful(node.id()) || writer(topology()).isEmpty();
    return urgent && urgentInterval.compareTo(interval) < 0 ? urgentInterval : interval;
  }

  private void publish(Observation observation) {
    NodeId id = observation.address().id();
    doubts.computeIfPresent(id, (node, since) -> observation.at().isBefore(since) ? since : null);
    synchronized (publishing) {
      latest.put(id, observation);
      if (observation instanceof Observation.Reached reached) {
        starts.put(id, reached.startedAt());
      }
      Topology before = topology();
      Topology after = Topology.of(latest.values(), clock.instant());
      snapshot.set(view(after));
      otherReason(before, after).ifPresent(log::info);
      List<String> changes = changes(before, after);
      if (!changes.isEmpty()) {
        changes.forEach(log::info);
        listeners.forEach(listener -> listener.changed(before, after));
      }
      if (writer(before).isPresent() && writer(after).isEmpty()) {
        // The others are not to sleep out their usual interval: one of them may be the next.
        nudges.keySet().stream().filter(node -> !node.equals(id)).forEach(this::lookNow);
      }
      publishing.notifyAll();
    }
    onLook.forEach(Runnable::run);
  }

  /** Called while {@link #publishing} is held. */
  private View view(Topology topology) {
    Optional<String> clusterId =
        topology.nodes().stream()
            .filter(node -> node.role() == Role.PRIMARY || node.role() == Role.REPLICA)
            .flatMap(node -> reached(node.id()).flatMap(Observation.Reached::clusterId).stream())
            .findFirst();
    return new View(
        topology,
        clusterId.or(() -> view().clusterId()),
        topology.primary().flatMap(node -> reached(node.id())).map(Observation.Reached::lineage));
  }

  private Optional<Observation.Reached> reached(NodeId node) {
    return latest.get(node) instanceof Observation.Reached reached
        ? Optional.of(reached)
        : Optional.empty();
  }

  /** One line for each difference that routing depends on. */
  private static List<String> changes(Topology before, Topology after) {
    List<String> changes = new ArrayList<>();
    for (NodeState now : after.nodes()) {
      NodeState was = before.node(now.id()).orElse(null);
      if (was == null || was.role() != now.role() || was.writable() != now.writable()) {
        changes.add(
            "%s: %s -> %s%s"
                .formatted(
                    now.address().id().value(),
                    was == null ? "unknown" : describe(was),
                    describe(now),
                    now.why().isBlank() ? "" : " (" + now.why() + ")"));
      }
    }
    if (!before.epoch().equals(after.epoch())) {
      changes.add(
          "epoch %s -> %s"
              .formatted(
                  before.epoch().map(epoch -> Long.toString(epoch.epoch())).orElse("none"),
                  after
                      .epoch()
                      .map(epoch -> epoch.epoch() + ", primary " + epoch.primary().value())
                      .orElse("none")));
    }
    return changes;
  }

  /**
   * A node that is unreachable for another reason than before is routed to no differently, but who
   * looks for the cause, such as a wrong password, has to be told.
   */
  private static Optional<String> otherReason(Topology before, Topology after) {
    return after.nodes().stream()
        .filter(now -> now.role() == Role.UNREACHABLE)
        .filter(
            now ->
                before
                    .node(now.id())
                    .filter(was -> was.role() == Role.UNREACHABLE && !was.why().equals(now.why()))
                    .isPresent())
        .map(now -> "%s is UNREACHABLE (%s)".formatted(now.id().value(), now.why()))
        .findFirst();
  }

  private static String describe(NodeState node) {
    return node.role() == Role.PRIMARY && !node.writable()
        ? "PRIMARY, not writable"
        : node.role().name();
  }

  /** Looks at all nodes now rather than at the end of the interval. */
  public void lookNow() {
    nudges.values().forEach(Semaphore::release);
  }

  /** Looks at a node now rather than at the end of the interval. */
  public void lookNow(NodeId node) {
    Semaphore nudge = nudges.get(node);
    if (nudge != null) {
      nudge.release();
    }
  }

  /**
   * A connection to a node broke, or the node is not what it was taken for: until a look that
   * begins now or later says how it is, it is {@linkplain #isDoubtful doubtful}.
   */
  public void doubt(NodeId node) {
    if (nudges.containsKey(node)) {
      doubts.put(node, clock.instant());
      lookNow(node);
    }
  }

  /**
   * Whether reads and writes had better wait or go elsewhere until the node has been looked at
   * again.
   */
  public boolean isDoubtful(NodeId node) {
    return doubts.containsKey(node);
  }

  /**
   * Somebody could not reach a node: it is taken out at once, and looked at to see whether that is
   * so.
   */
  public void lost(NodeAddress node, String why) {
    if (!closed) {
      publish(new Observation.Unreachable(node, clock.instant(), why));
      lookNow(node.id());
    }
  }

  /** Waits until every node has been looked at once. Says whether that came about in time. */
  public boolean awaitFirstLook(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (CountDownLatch first : looked.values()) {
      if (!first.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Waits until the topology is as wished, at most {@code patience}. Says whether that came about
   * in time.
   */
  public boolean await(Predicate<Topology> wish, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    synchronized (publishing) {
      while (!wish.test(topology())) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(publishing, left);
      }
      return true;
    }
  }

  /**
   * Looks at all nodes that can be reached, and waits until what is seen is as wished; what was
   * seen before the call does not count.
   */
  public boolean awaitAfresh(Predicate<Topology> wish, Duration patience)
      throws InterruptedException {
    Instant call = clock.instant();
    lookNow();
    return await(topology -> isSeenAfter(call) && wish.test(topology), patience);
  }

  private boolean isSeenAfter(Instant call) {
    synchronized (publishing) {
      return latest.values().stream()
          .allMatch(
              seen ->
                  switch (seen) {
                    case Observation.Reached reached -> reached.at().isAfter(call);
                    case Observation.Unreachable lost -> true;
                  });
    }
  }

  @Override
  public void close() {
    closed = true;
    loops.forEach(Thread::interrupt);
  }
}
