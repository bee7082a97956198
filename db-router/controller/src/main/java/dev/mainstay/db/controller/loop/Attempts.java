package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Remembers which steps were tried, so that one that does not help is not tried in every round: it
 * waits 1 s, then 2 s, 4 s … up to 30 s. A step that is no longer called for when its pause is over
 * has helped, and is forgotten.
 */
final class Attempts {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private record Kind(NodeId node, Class<? extends Step> step) {}

  private record Attempt(Instant at, Duration pause) {
    private boolean isOver(Instant now) {
      return !now.isBefore(at.plus(pause));
    }
  }

  private final Map<Kind, Attempt> last = new HashMap<>();

  /**
   * Those of the steps that may be tried now, which counts as trying them. Where a step of a node
   * has to pause, the steps after it on the same node do, too.
   */
  List<Step> due(List<Step> steps, Instant now) {
    Set<Kind> wanted = steps.stream().map(Attempts::kind).collect(Collectors.toSet());
    last.entrySet().removeIf(e -> !wanted.contains(e.getKey()) && e.getValue().isOver(now));
    List<Step> due = new ArrayList<>();
    Set<NodeId> pausing = new HashSet<>();
    for (Step step : steps) {
      NodeId node = step.node().id();
      Attempt before = last.get(kind(step));
      if (pausing.contains(node)) {
        continue;
      }
      if (before != null && !before.isOver(now)) {
        pausing.add(node);
        continue;
      }
      Duration pause = before == null ? FIRST : shorter(before.pause().multipliedBy(2));
      last.put(kind(step), new Attempt(now, pause));
      due.add(step);
    }
    return due;
  }

  /** The step was not tried after all. */
  void forget(Step step) {
    last.remove(kind(step));
  }

  void clear() {
    last.clear();
  }

  private static Kind kind(Step step) {
    return new Kind(step.node().id(), step.getClass());
  }

  private static Duration shorter(Duration pause) {
    return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
  }
}
