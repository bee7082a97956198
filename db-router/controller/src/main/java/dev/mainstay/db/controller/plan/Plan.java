package dev.mainstay.db.controller.plan;

import dev.mainstay.db.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to do next.
 *
 * @param steps those of one node in order; those of different nodes do not depend on each other
 * @param refused nodes that are left alone, each with the reason
 * @param waiting what the cluster waits for, where nothing can be done about it now
 */
public record Plan(List<Step> steps, Map<NodeId, String> refused, Optional<String> waiting) {

  public Plan {
    steps = List.copyOf(steps);
    refused = Map.copyOf(refused);
  }
}
