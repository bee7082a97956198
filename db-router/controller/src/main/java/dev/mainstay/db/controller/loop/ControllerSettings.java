package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.engine.Accounts;
import dev.mainstay.db.engine.Credentials;
import java.time.Duration;

/**
 * What a controller is told.
 *
 * @param id its name among its peers
 * @param cluster what the cluster is to be
 * @param own the controller's account
 * @param accounts the schema and those accounts that it makes
 * @param interval how often the nodes are looked at
 */
public record ControllerSettings(
    String id, ClusterSpec cluster, Credentials own, Accounts accounts, Duration interval) {

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
