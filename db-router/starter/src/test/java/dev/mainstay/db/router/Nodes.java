package dev.mainstay.db.router;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Topologies for tests. */
final class Nodes {

  private Nodes() {}

  static Topology topology(NodeState... nodes) {
    List<NodeState> all = List.of(nodes);
    return new Topology(
        Optional.of(Engine.MYSQL),
        all.stream()
            .filter(node -> node.role() == Role.PRIMARY)
            .findFirst()
            .map(node -> new EpochRecord(1, node.id(), Set.of())),
        all);
  }

  static NodeState primary(String id) {
    return node(id, Role.PRIMARY, true, Optional.of(Duration.ZERO));
  }

  static NodeState replica(String id, Duration lag) {
    return node(id, Role.REPLICA, false, Optional.of(lag));
  }

  static NodeState replicaOfUnknownLag(String id) {
    return node(id, Role.REPLICA, false, Optional.empty());
  }

  /** One that has executed these, without lag. */
  static NodeState at(String id, Role role, GtidSet executed) {
    return new NodeState(
        new NodeAddress(new NodeId(id), "127.0.0.1", 3306),
        role,
        role == Role.PRIMARY,
        Optional.of(Duration.ZERO),
        Optional.of(executed),
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        "");
  }

  static NodeState in(String id, Role role) {
    return node(id, role, false, Optional.empty());
  }

  private static NodeState node(String id, Role role, boolean writable, Optional<Duration> lag) {
    return new NodeState(
        new NodeAddress(new NodeId(id), "127.0.0.1", 3306),
        role,
        writable,
        lag,
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        "");
  }
}
