package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.engine.Accounts;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.failover.Policy;
import java.time.Duration;

/**
 * What a controller is told.
 *
 * @param id its name among its peers
 * @param cluster what the cluster is to be
 * @param policy how it fails over
 * @param own the controller's account
 * @param accounts the schema and those accounts that it makes
 * @param interval how often the nodes are looked at
 * @param links where nodes are reached that are not reached at their own address
 * @param control who kills nodes
 * @param breakpoint where a test ends it
 */
public record ControllerSettings(
    String id,
    ClusterSpec cluster,
    Policy policy,
    Credentials own,
    Accounts accounts,
    Duration interval,
    Links links,
    NodeControl control,
    Breakpoint breakpoint) {

  private static final Duration SHORTEST = Duration.ofMillis(50);

  public ControllerSettings {
    if (!id.matches("[a-z0-9-]{1,32}")) {
      throw new IllegalArgumentException(
          "id is '%s' (expected: 1-32 of a-z, 0-9 and -)".formatted(id));
    }
    if (interval.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "interval is %s (expected: at least 50 ms)".formatted(interval));
    }
    for (var node : cluster.nodes()) {
      if (accounts.replication().stream().noneMatch(a -> a.username().equals(user(node.id())))) {
        throw new IllegalArgumentException("there is no account %s".formatted(user(node.id())));
      }
    }
  }

  /** The account by which a node replicates: {@code repl_db-2}. */
  public static String user(NodeId node) {
    return "repl_" + node;
  }

  Credentials replication(NodeId node) {
    return accounts.replication().stream()
        .filter(account -> account.username().equals(user(node)))
        .findFirst()
        .orElseThrow();
  }
}
