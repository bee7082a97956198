package dev.mainstay.db.controller.plan;

import dev.mainstay.db.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to do next.
 *
 * @param tasks those of one node in order; those of different nodes do not depend on each other
 * @param refused nodes that are left alone, each with the reason
 * @param waiting what the cluster waits for, where nothing can be done about it now
 * @param urgent whether the next look is due at once, for the site waits
 */
public record Plan(
    List<Task> tasks, Map<NodeId, String> refused, Optional<String> waiting, boolean urgent) {

  public Plan {
    tasks = List.copyOf(tasks);
    refused = Map.copyOf(refused);
  }
}
