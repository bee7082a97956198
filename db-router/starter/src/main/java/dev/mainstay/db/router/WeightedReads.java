package dev.mainstay.db.router;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Spreads reads over the replicas by weight, leaving out those that lag.
 *
 * <p>The order of preference:
 *
 * <ol>
 *   <li>replicas that lag by at most {@code maxLag}, in smooth weighted rotation;
 *   <li>the primary;
 *   <li>replicas that lag more, or whose lag is unknown, the least behind first: an old answer
 *       beats none. A replica's lag also counts as unknown or growing when the primary is gone, and
 *       then reads go on here.
 * </ol>
 *
 * A replica of weight 0 gets reads only as a last resort. Nodes that are quarantined or of an older
 * epoch get none.
 */
public final class WeightedReads implements ReadPolicy {

  /** The weight of a node that none was set for. */
  public static final int DEFAULT_WEIGHT = 100;

  private final Map<NodeId, Integer> weights;
  private final Duration maxLag;
  private volatile @Nullable Plan latest;

  /** What follows from one snapshot; kept, for many reads share it. */
  private record Plan(Topology topology, Rotation<NodeState> preferred, List<NodeState> fallback) {}

  /**
   * @param weights by node, 0 to 256; {@link #DEFAULT_WEIGHT} for nodes not named
   * @param maxLag how far behind the primary a replica may be
   */
  public WeightedReads(Map<NodeId, Integer> weights, Duration maxLag) {
    weights.forEach(
        (node, weight) -> {
          if (weight < 0 || weight > 256) {
            throw new IllegalArgumentException(
                "weight of %s is %d (expected: 0-256)".formatted(node.value(), weight));
          }
        });
    this.weights = Map.copyOf(weights);
    this.maxLag = maxLag;
  }

  @Override
  @SuppressWarnings(
      "ReferenceEquality") // the same snapshot, not an equal one: this is asked at every read
  public List<NodeState> candidates(Topology topology, long turn) {
    Plan plan = latest;
    if (plan == null || plan.topology() != topology) {
      plan = plan(topology);
      latest = plan;
    }
    List<NodeState> order = new ArrayList<>(plan.preferred().from(turn));
    order.addAll(plan.fallback());
    return order;
  }

  private Plan plan(Topology topology) {
    List<Rotation.Weighted<NodeState>> preferred = new ArrayList<>();
    List<NodeState> behind = new ArrayList<>();
    for (NodeState node : topology.nodes()) {
      if (node.role() != Role.REPLICA) {
        continue;
      }
      int weight = weights.getOrDefault(node.address().id(), DEFAULT_WEIGHT);
      if (weight > 0 && node.lag().filter(lag -> lag.compareTo(maxLag) <= 0).isPresent()) {
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
    return new Plan(topology, new Rotation<>(preferred), fallback);
  }
}
