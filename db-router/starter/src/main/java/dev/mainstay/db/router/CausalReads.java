package dev.mainstay.db.router;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * Where a read goes that has to see something. {@link #steps} decides, purely; {@link #await}
 * waits.
 *
 * <ol>
 *   <li>a replica in the rotation that covered the token when it was last looked at;
 *   <li>the replica that was the furthest, waited for on the connection itself;
 *   <li>the primary, while its lease runs;
 *   <li>a replica out of the rotation that covers the token;
 *   <li>any other, and the answer is flagged as stale.
 * </ol>
 *
 * <p>A wait holds a connection. So that reads which wait for nothing find one, at most half of a
 * node's connections wait, and others are told at once whether it is there; and none waits on a
 * node that cannot make it: one that was far behind, or that has not moved since a wait on it was
 * in vain.
 */
public final class CausalReads {

  /** How a causal read was answered. */
  public enum Outcome {
    /** By a replica that was known to have all. */
    COVERED,
    /** By a replica that was waited for. */
    WAITED,
    /** By the primary. */
    PRIMARY,
    /** By a node that may lack some of it, for want of a better. */
    STALE
  }

  /** Is told of each wait. */
  @FunctionalInterface
  public interface WaitListener {

    /**
     * A wait is over.
     *
     * @param reached whether the node showed in time what was waited for
     */
    void waited(boolean reached, Duration took);
  }

  /** What is known of a node's part in a read. */
  enum Promise {
    /** Shows all that has to be seen. */
    COVERED,
    /** May show it within the wait. */
    WAIT,
    /** The primary of an epoch that may be over: has to show that it has all. */
    CHECK,
    /** Has all there is. */
    PRIMARY,
    /** May lack some. */
    STALE
  }

  /**
   * The primary, as far as is known here.
   *
   * @param epoch in force: a token of a later one knows of another primary
   * @param leased whether its lease runs; without, it may have lost its office unnoticed
   */
  record Office(NodeState node, long epoch, boolean leased) {

    private Promise to(CausalToken need) {
      return need.epoch() <= epoch ? Promise.PRIMARY : Promise.CHECK;
    }
  }

  /** A node to try. */
  record Step(NodeState node, Promise promise) {

    /** How a read on it counts. */
    Outcome outcome() {
      return switch (promise) {
        case COVERED -> Outcome.COVERED;
        case WAIT -> Outcome.WAITED;
        case CHECK, PRIMARY -> Outcome.PRIMARY;
        case STALE -> Outcome.STALE;
      };
    }
  }

  /**
   * Lag is told with the precision of the heartbeat, a second, and looked at every half: who is
   * further behind than this and the wait does not catch up within it.
   */
  private static final Duration PRECISION = Duration.ofSeconds(2);

  private final Duration wait;
  private final int waiters;
  private final Map<NodeId, AtomicInteger> waiting = new ConcurrentHashMap<>();
  private final Map<NodeId, GtidSet> inVain = new ConcurrentHashMap<>();
  private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
  private final List<WaitListener> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param wait how long a read waits for a replica
   * @param connections for reads to one node
   */
  CausalReads(Duration wait, int connections) {
    this.wait = wait;
    this.waiters = Math.max(1, connections / 2);
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
  }

  /**
   * The nodes to try, in order.
   *
   * @param candidates of the read policy: those before the primary are the rotation
   * @param office the primary, if there is one
   * @param primaryFirst whether it is asked before any replica
   * @param need what has to be seen
   * @param worthWaiting whether a replica may make it in time
   */
  static List<Step> steps(
      List<NodeState> candidates,
      Optional<Office> office,
      boolean primaryFirst,
      CausalToken need,
      Predicate<NodeState> worthWaiting) {
    List<NodeState> replicas =
        candidates.stream().filter(node -> node.role() != Role.PRIMARY).toList();
    List<NodeState> rotation =
        candidates.stream().takeWhile(node -> node.role() != Role.PRIMARY).toList();
    List<Step> steps = new ArrayList<>();
    rotation.stream()
        .filter(need::isCoveredBy)
        .forEach(node -> steps.add(new Step(node, Promise.COVERED)));
    if (!need.primaryOnly()) {
      rotation.stream()
          .filter(node -> !need.isCoveredBy(node) && worthWaiting.test(node))
          .reduce((best, next) -> isFurther(next, best) ? next : best)
          .ifPresent(best -> steps.add(new Step(best, Promise.WAIT)));
    }
    office
        .filter(Office::leased)
        .ifPresent(
            known ->
                steps.add(primaryFirst ? 0 : steps.size(), new Step(known.node(), known.to(need))));
    replicas.stream()
        .filter(node -> !rotation.contains(node) && need.isCoveredBy(node))
        .forEach(node -> steps.add(new Step(node, Promise.COVERED)));
    List<NodeState> others =
        new ArrayList<>(replicas.stream().filter(node -> !need.isCoveredBy(node)).toList());
    office
        .filter(known -> !known.leased() || known.to(need) == Promise.CHECK)
        .map(Office::node)
        .ifPresent(node -> others.add(need.isCoveredBy(node) ? 0 : others.size(), node));
    others.forEach(node -> steps.add(new Step(node, Promise.STALE)));
    return steps;
  }

  private static boolean isFurther(NodeState node, NodeState than) {
    return node.gtid()
        .filter(
            mine ->
                than.gtid()
                    .filter(theirs -> !mine.contains(theirs) || theirs.contains(mine))
                    .isEmpty())
        .isPresent();
  }

  /**
   * Whether a replica may make it in time.
   *
   * @param led whether there is a primary; without one, nobody's lag means anything
   */
  boolean isWorthWaiting(NodeState node, boolean led) {
    return !wait.isZero()
        && (!led || node.lag().filter(lag -> lag.compareTo(wait.plus(PRECISION)) <= 0).isPresent())
        && !(node.gtid().isPresent() && node.gtid().get().equals(inVain.get(node.id())));
  }

  /**
   * Whether the node shows what has to be seen, waited for if that was promised.
   *
   * @param led whether there is a primary to turn to instead
   */
  boolean await(Step step, CausalToken need, Connection connection, Engine engine, boolean led)
      throws SQLException {
    return switch (step.promise()) {
      case COVERED, PRIMARY, STALE -> true;
      case CHECK ->
          !need.primaryOnly() && Positions.await(connection, engine, need.seen(), Duration.ZERO);
      case WAIT -> await(step.node(), need.seen(), connection, engine, led);
    };
  }

  private boolean await(
      NodeState node, GtidSet seen, Connection connection, Engine engine, boolean led)
      throws SQLException {
    AtomicInteger here = waiting.computeIfAbsent(node.id(), id -> new AtomicInteger());
    try {
      boolean full = here.incrementAndGet() > waiters && led;
      long start = System.nanoTime();
      boolean reached = Positions.await(connection, engine, seen, full ? Duration.ZERO : wait);
      if (!reached && !full) {
        node.gtid().ifPresent(position -> inVain.put(node.id(), position));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      listeners.forEach(listener -> listener.waited(reached, took));
      return reached;
    } finally {
      here.decrementAndGet();
    }
  }

  void count(Outcome outcome) {
    Objects.requireNonNull(outcomes.get(outcome)).increment();
  }

  /** How many reads that had to see something were answered so. */
  public long answered(Outcome outcome) {
    return Objects.requireNonNull(outcomes.get(outcome)).sum();
  }

  public void onWait(WaitListener listener) {
    listeners.add(listener);
  }
}
