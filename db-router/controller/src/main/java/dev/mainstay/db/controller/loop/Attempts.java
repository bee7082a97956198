package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Remembers which tasks were tried, so that one that does not help is not tried in every round: it
 * waits 100 ms, then 200 ms, 400 ms … up to 10 s. A task that is no longer called for when its
 * pause is over has helped, and is forgotten.
 */
final class Attempts {

  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private record Attempt(Instant at, Duration pause) {
    private boolean isOver(Instant now) {
      return !now.isBefore(at.plus(pause));
    }
  }

  private final Map<Task, Attempt> last = new HashMap<>();

  /**
   * Those of the tasks that may be tried now, which counts as trying them. Where a task of a node
   * has to pause, the tasks after it on the same node do, too.
   */
  List<Task> due(List<Task> tasks, Instant now) {
    Set<Task> wanted = Set.copyOf(tasks);
    last.entrySet().removeIf(e -> !wanted.contains(e.getKey()) && e.getValue().isOver(now));
    List<Task> due = new ArrayList<>();
    Set<NodeId> pausing = new HashSet<>();
    for (Task task : tasks) {
      NodeId node = task.node();
      Attempt before = last.get(task);
      if (pausing.contains(node)) {
        continue;
      }
      if (before != null && !before.isOver(now)) {
        pausing.add(node);
        continue;
      }
      Duration pause = before == null ? FIRST : shorter(before.pause().multipliedBy(2));
      last.put(task, new Attempt(now, pause));
      due.add(task);
    }
    return due;
  }

  /** The task was not tried after all. */
  void forget(Task task) {
    last.remove(task);
  }

  void clear() {
    last.clear();
  }

  private static Duration shorter(Duration pause) {
    return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
  }
}
