package dev.mainstay.db.controller.plan;

import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.Observation.Unreachable;
import dev.mainstay.db.failover.Roster;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which of the configured nodes belong to the cluster, by what one round of observations shows.
 *
 * @param clusterIds the ids of the cluster's name that most nodes hold; several are a tie, which
 *     nobody here can break
 * @param eligible the reached nodes that belong to it, or are blank
 * @param strangers the reached nodes that do not, each with the reason
 * @param soiled those of the strangers that hold transactions, but of no cluster: blank nodes whose
 *     initialisation left some, perhaps
 */
record Membership(
    ClusterSpec spec,
    Map<NodeId, Observation> seen,
    Set<String> clusterIds,
    Engine engine,
    List<Reached> eligible,
    Map<NodeId, String> strangers,
    List<Reached> soiled) {

  static Membership of(ClusterSpec spec, Collection<Observation> observations) {
    Map<NodeId, Observation> byId = new HashMap<>();
    observations.forEach(o -> byId.put(o.address().id(), o));
    Map<NodeId, Observation> seen = new LinkedHashMap<>();
    List<Reached> reached = new ArrayList<>();
    for (NodeAddress node : spec.nodes()) {
      Observation observation = byId.get(node.id());
      if (observation == null) {
        throw new IllegalArgumentException("no observation of " + node.id());
      }
      seen.put(node.id(), observation);
      if (observation instanceof Reached answered) {
        reached.add(answered);
      }
    }
    Set<String> ids = clusterIds(spec, reached);
    Optional<String> id = ids.stream().findFirst();
    Engine engine = engine(reached, id);
    Map<NodeId, String> strangers = new LinkedHashMap<>();
    List<Reached> soiled = new ArrayList<>();
    Map<Long, NodeId> serverIds = new HashMap<>();
    for (Reached node : reached) {
      NodeId twin = serverIds.putIfAbsent(node.serverId(), node.address().id());
      strange(spec, node, engine, id, twin)
          .ifPresent(why -> strangers.put(node.address().id(), why));
      if (node.engine() == engine && isSoiled(node)) {
        soiled.add(node);
      }
    }
    List<Reached> eligible =
        reached.stream().filter(node -> !strangers.containsKey(node.address().id())).toList();
    return new Membership(spec, seen, ids, engine, eligible, strangers, soiled);
  }

  private static Set<String> clusterIds(ClusterSpec spec, List<Reached> reached) {
    Map<String, Integer> count = new TreeMap<>();
    for (Reached node : reached) {
      node.clusterId().filter(spec::owns).ifPresent(id -> count.merge(id, 1, Integer::sum));
    }
    int most = count.values().stream().mapToInt(n -> n).max().orElse(0);
    Set<String> ids = new TreeSet<>(count.keySet());
    ids.removeIf(id -> count.getOrDefault(id, 0) < most);
    return ids;
  }

  /** The engine of the cluster's members; of a blank cluster, the one that most nodes run. */
  private static Engine engine(List<Reached> reached, Optional<String> clusterId) {
    Map<Engine, Integer> count = new EnumMap<>(Engine.class);
    for (Reached node : reached) {
      if (clusterId.isEmpty() || node.clusterId().equals(clusterId)) {
        count.merge(node.engine(), 1, Integer::sum);
      }
    }
    Engine most = reached.isEmpty() ? Engine.MYSQL : reached.getFirst().engine();
    for (Map.Entry<Engine, Integer> each : count.entrySet()) {
      if (each.getValue() > count.getOrDefault(most, 0)) {
        most = each.getKey();
      }
    }
    return most;
  }

  private static Optional<String> strange(
      ClusterSpec spec,
      Reached node,
      Engine engine,
      Optional<String> clusterId,
      @Nullable NodeId twin) {
    if (node.engine() != engine) {
      return Optional.of("runs %s, but the cluster runs %s".formatted(node.engine(), engine));
    }
    if (node.clusterId().isPresent() && !node.clusterId().equals(clusterId)) {
      return Optional.of(
          "belongs to cluster %s, not to %s"
              .formatted(node.clusterId().get(), clusterId.orElse("one named " + spec.name())));
    }
    if (isSoiled(node)) {
      return Optional.of("has transactions but no cluster id, and only blank nodes are taken in");
    }
    return twin == null
        ? Optional.empty()
        : Optional.of("has the server id of %s, %d".formatted(twin, node.serverId()));
  }

  private static boolean isSoiled(Reached node) {
    return node.clusterId().isEmpty() && node.replication().isEmpty() && !node.executed().isEmpty();
  }

  int reached() {
    return (int) seen.values().stream().filter(Reached.class::isInstance).count();
  }

  List<NodeId> unreached() {
    return seen.values().stream()
        .filter(Unreachable.class::isInstance)
        .map(o -> o.address().id())
        .toList();
  }

  /** What was seen, but that a stranger counts as not reached. */
  Map<NodeId, Observation> withoutStrangers() {
    Map<NodeId, Observation> known = new LinkedHashMap<>(seen);
    strangers.forEach(
        (id, why) ->
            known.computeIfPresent(id, (_, o) -> new Unreachable(o.address(), o.at(), why)));
    return known;
  }

  /** The nodes of the one cluster that there is; with an empty id while there is none. */
  Roster roster() {
    return new Roster(clusterIds.stream().findFirst().orElse(""), engine, spec.nodes());
  }
}
