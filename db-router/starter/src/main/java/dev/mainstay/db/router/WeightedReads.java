package dev.mainstay.db.router;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads reads over the replicas by weight, leaving out those that lag.
 *
 * <p>The order of preference:
 *
 * <ol>
 *   <li>replicas in the rotation, in smooth weighted rotation;
 *   <li>the primary;
 *   <li>replicas out of the rotation, the least behind first: an old answer beats none. A replica's
 *       lag also counts as unknown or growing when the primary is gone, and then reads go on here.
 * </ol>
 *
 * A replica leaves the rotation when it lags by more than {@code maxLag}, and at once when its lag
 * is unknown, as when its applier stands still. It returns when it lags by at most {@code
 * returnLag}, so that one that is just about at the limit does not come and go. A replica of weight
 * 0 gets reads only as a last resort. Nodes that are quarantined or of an older epoch get none.
 */
public final class WeightedReads implements ReadPolicy {

  /** The weight of a node that none was set for. */
  public static final int DEFAULT_WEIGHT = 100;

  private static final Logger log = LoggerFactory.getLogger(WeightedReads.class);

  private final Map<NodeId, Integer> weights;
  private final Duration maxLag;
  private final Duration returnLag;

  /** Guards that each plan follows from the one before. */
  private final Object planning = new Object();

  private volatile Plan latest;

  /**
   * What follows from one snapshot; kept, for many reads share it.
   *
   * @param out the replicas that left the rotation for their lag, and have not returned
   */
  private record Plan(
      Topology topology,
      Set<NodeId> out,
      Rotation<NodeState> preferred,
      List<NodeState> fallback) {}

  /**
   * @param weights by node, 0 to 256; {@link #DEFAULT_WEIGHT} for nodes not named
   * @param maxLag how far behind the primary a replica may be
   * @param returnLag how far behind it may be when it returns, at most {@code maxLag}
   */
  public WeightedReads(Map<NodeId, Integer> weights, Duration maxLag, Duration returnLag) {
    weights.forEach(
        (node, weight) -> {
          if (weight < 0 || weight > 256) {
            throw new IllegalArgumentException(
                "weight of %s is %d (expected: 0-256)".formatted(node.value(), weight));
          }
        });
    if (returnLag.isNegative() || returnLag.compareTo(maxLag) > 0) {
      throw new IllegalArgumentException(
          "returnLag is %s (expected: 0 to maxLag, %s)".formatted(returnLag, maxLag));
    }
    this.weights = Map.copyOf(weights);
    this.maxLag = maxLag;
    this.returnLag = returnLag;
    this.latest = plan(Topology.unknown(), Set.of());
  }

  @Override
  public List<NodeState> candidates(Topology topology, long turn) {
    Plan plan = plan(topology);
    List<NodeState> order = new ArrayList<>(plan.preferred().from(turn));
    order.addAll(plan.fallback());
    return order;
  }

  @Override
  public void looked(Topology topology) {
    plan(topology);
  }

  @SuppressWarnings(
      "ReferenceEquality") // the same snapshot, not an equal one: this is asked at every read
  private Plan plan(Topology topology) {
    Plan plan = latest;
    if (plan.topology() == topology) {
      return plan;
    }
    synchronized (planning) {
      Plan before = latest;
      Plan after = plan(topology, before.out());
      latest = after;
      tell(before, after);
      return after;
    }
  }

  private Plan plan(Topology topology, Set<NodeId> wereOut) {
    Set<NodeId> out = out(topology, wereOut);
    List<Rotation.Weighted<NodeState>> preferred = new ArrayList<>();
    List<NodeState> behind = new ArrayList<>();
    for (NodeState node : topology.replicas()) {
      int weight = weights.getOrDefault(node.id(), DEFAULT_WEIGHT);
      if (weight > 0 && !out.contains(node.id())) {
        preferred.add(new Rotation.Weighted<>(node, weight));
      } else {
        behind.add(node);
      }
    }
    behind.sort(
        Comparator.comparing(node -> node.lag().orElse(Duration.ofSeconds(Long.MAX_VALUE))));
    List<NodeState> fallback = new ArrayList<>();
    topology.primary().ifPresent(fallback::add);
    fallback.addAll(behind);
    return new Plan(topology, out, new Rotation<>(preferred), fallback);
  }

  /** A node that is no replica now begins anew when it is one again. */
  private Set<NodeId> out(Topology topology, Set<NodeId> wereOut) {
    Set<NodeId> out = new HashSet<>();
    for (NodeState node : topology.replicas()) {
      Duration limit = wereOut.contains(node.id()) ? returnLag : maxLag;
      if (node.lag().filter(lag -> lag.compareTo(limit) <= 0).isEmpty()) {
        out.add(node.id());
      }
    }
    return Set.copyOf(out);
  }

  private void tell(Plan before, Plan after) {
    for (NodeState node : after.topology().replicas()) {
      boolean was = before.out().contains(node.id());
      boolean is = after.out().contains(node.id());
      String lag = node.lag().map(Duration::toString).orElse("unknown");
      if (is && !was) {
        String why = node.why().isBlank() ? "" : ", " + node.why();
        log.info("{} leaves the reads: lag {} (at most {}){}", node.id(), lag, maxLag, why);
      } else if (was && !is) {
        log.info("{} returns to the reads: lag {} (at most {})", node.id(), lag, returnLag);
      }
    }
  }
}
