package dev.mainstay.db.failover;

import dev.mainstay.db.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What to do next. Whatever it is, the next round of observations decides anew: nothing is kept
 * between rounds that could be lost with a controller.
 */
public sealed interface Decision {

  /**
   * How long after its round of observations began a decision is carried out. No step is begun
   * later, and no node is opened later, by whatever its statement was held up: a controller or a
   * server that stood still, or the network.
   *
   * <p>No decision rests on a lock that would not outlast it: a server lets a lock go only when it
   * has not heard of its holder for longer. So all of them are held until then, but for those of
   * servers that were restarted, and of connections that broke, meanwhile.
   */
  Duration VALID = Duration.ofMillis(2500);

  /**
   * Do these, those of different nodes in parallel, each through the session that holds its node's
   * lock; then look at all nodes again.
   *
   * @param quarantined nodes that must not join, each with the reason
   */
  record Act(List<Step> steps, Map<NodeId, String> quarantined) implements Decision {
    public Act {
      steps = List.copyOf(steps);
      quarantined = Map.copyOf(quarantined);
      if (steps.isEmpty()) {
        throw new IllegalArgumentException("steps is empty (expected: at least one)");
      }
    }
  }

  /** Nothing can be done now; a later round may show what is missing. */
  record Await(String why, Map<NodeId, String> quarantined) implements Decision {
    public Await {
      quarantined = Map.copyOf(quarantined);
    }
  }

  /** It must not be done, and waiting alone does not help: a person has to look. */
  record Refused(String why) implements Decision {}

  /** All is as it should be. */
  record Settled(Map<NodeId, String> quarantined) implements Decision {
    public Settled {
      quarantined = Map.copyOf(quarantined);
    }
  }

  static Decision act(List<Step> steps) {
    return new Act(steps, Map.of());
  }

  static Decision act(Step step) {
    return act(List.of(step));
  }

  static Decision await(String why) {
    return new Await(why, Map.of());
  }
}
