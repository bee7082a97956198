package dev.mainstay.db.router.config;

import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import dev.mainstay.db.router.Cluster;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** The nodes as details; up while any of them can be read from. Asks no node: the monitor has. */
final class ClusterHealth implements HealthIndicator {

  private final Cluster cluster;

  ClusterHealth(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public Health health() {
    Topology topology = cluster.topology();
    boolean readable =
        topology.nodes().stream()
            .anyMatch(node -> node.role() == Role.PRIMARY || node.role() == Role.REPLICA);
    Health.Builder health = readable ? Health.up() : Health.down();
    topology.engine().ifPresent(engine -> health.withDetail("engine", engine));
    topology.epoch().ifPresent(epoch -> health.withDetail("epoch", epoch.epoch()));
    health.withDetail(
        "primary", topology.primary().map(node -> node.address().id().value()).orElse("none"));
    Map<String, Object> nodes = new LinkedHashMap<>();
    topology.nodes().forEach(node -> nodes.put(node.address().id().value(), details(node)));
    return health.withDetail("nodes", nodes).build();
  }

  private static Map<String, Object> details(NodeState node) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("role", node.role());
    details.put("writable", node.writable());
    node.lag().ifPresent(lag -> details.put("lagMillis", lag.toMillis()));
    if (!node.why().isBlank()) {
      details.put("why", node.why());
    }
    return details;
  }
}
