package dev.mainstay.db.failover;

import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes of one cluster.
 *
 * @param nodes all that are configured; the first is preferred among equals
 */
public record Roster(String clusterId, Engine engine, List<NodeAddress> nodes) {

  public Roster {
    nodes = List.copyOf(nodes);
    Set<NodeId> ids = new HashSet<>();
    for (NodeAddress node : nodes) {
      if (!ids.add(node.id())) {
        throw new IllegalArgumentException("node %s is listed twice".formatted(node.id()));
      }
    }
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("nodes is empty (expected: at least one)");
    }
  }

  /** More than half of the nodes: 2 of 2, 2 of 3, 3 of 5. */
  public int majority() {
    return nodes.size() / 2 + 1;
  }

  public List<NodeId> ids() {
    return nodes.stream().map(NodeAddress::id).toList();
  }

  /** Whether the node is of this cluster, or blank and so could be. */
  boolean owns(Reached node) {
    return node.engine() == engine
        && (node.clusterId().isPresent()
            ? node.clusterId().get().equals(clusterId)
            : node.executed().isEmpty());
  }
}
