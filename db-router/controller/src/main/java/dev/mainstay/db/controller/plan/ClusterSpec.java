package dev.mainstay.db.controller.plan;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the cluster is to be: its name, its nodes in order of preference as first primary, and how
 * long a set-up that could start with a majority waits for the rest.
 *
 * <p>The name is a part of the cluster id that is written on the nodes ({@code mainstay/6f1c…}), so
 * that a node of another cluster is never adopted by a slip in a list of addresses.
 */
public record ClusterSpec(String name, List<NodeAddress> nodes, Duration patience) {

  public ClusterSpec {
    if (!name.matches("[a-z0-9-]{1,32}")) {
      throw new IllegalArgumentException(
          "cluster is '%s' (expected: 1-32 of a-z, 0-9 and -)".formatted(name));
    }
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("nodes is empty (expected: at least one id=host:port)");
    }
    Set<NodeId> ids = new HashSet<>();
    Set<String> places = new HashSet<>();
    for (NodeAddress node : nodes) {
      if (!ids.add(node.id())) {
        throw new IllegalArgumentException("node %s is listed twice".formatted(node.id().value()));
      }
      if (!places.add(node.host() + ":" + node.port())) {
        throw new IllegalArgumentException(
            "%s:%d is listed twice".formatted(node.host(), node.port()));
      }
    }
    if (patience.isNegative()) {
      throw new IllegalArgumentException(
          "patience is %s (expected: not negative)".formatted(patience));
    }
  }

  /** More than half of the nodes: 2 of 2, 2 of 3, 3 of 5. */
  public int majority() {
    return nodes.size() / 2 + 1;
  }

  public Optional<NodeAddress> node(NodeId id) {
    return nodes.stream().filter(n -> n.id().equals(id)).findFirst();
  }

  /** Whether a cluster id found on a node was made by a controller of a cluster with this name. */
  public boolean owns(String clusterId) {
    return clusterId.equals(name) || clusterId.startsWith(name + "/");
  }
}
