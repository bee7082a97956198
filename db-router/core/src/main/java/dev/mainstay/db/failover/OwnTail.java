package dev.mainstay.db.failover;

import dev.mainstay.db.Lineage;
import dev.mainstay.db.Observation.Reached;

/**
 * What a killed MariaDB dropped from its own binary log while others have it. The server takes
 * transactions of its own origin back only while its semi-sync replica is on.
 */
final class OwnTail {
  private OwnTail() {}

  /** Whether {@code other} has transactions of the node's own origin that the node lacks. */
  static boolean lost(Reached node, Reached other) {
    return node.lineage() instanceof Lineage.Mariadb mine
        && other.lineage() instanceof Lineage.Mariadb theirs
        && theirs.last().entrySet().stream()
            .anyMatch(
                e ->
                    e.getKey().server() == mine.serverId()
                        && e.getValue() > mine.last().getOrDefault(e.getKey(), 0L));
  }
}
