package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A fail-over to the node that an operator names, where the rules refuse one. It does what {@link
 * Succession} does with whatever is in hand, shuts out whatever is not, and counts the epoch up so
 * far that whatever the others did unseen is outranked. What that loses is told before.
 */
final class Forced {
  private static final long LEAP = 1000;

  private final Rules rules;
  private final Scene scene;
  private final NodeId target;
  private final long over;

  /**
   * @param over the epoch that was in force when it was ordered
   */
  Forced(Rules rules, Scene scene, NodeId target, long over) {
    this.over = over;
    this.rules = rules;
    this.scene = scene;
    this.target = target;
  }

  /** One line each. */
  List<String> losses() {
    Optional<EpochRecord> record = scene.record();
    Optional<Reached> winner = scene.reached(target);
    if (record.isEmpty() || winner.isEmpty()) {
      return List.of();
    }
    EpochRecord last = record.get();
    List<String> losses = new ArrayList<>();
    Set<NodeId> unseen = new TreeSet<>(last.ackers());
    unseen.add(last.primary());
    unseen.removeIf(id -> scene.reached(id).isPresent());
    for (NodeId id : unseen) {
      losses.add(
          "%s is not reached: what it holds and %s does not is lost, and it may still take part in acknowledging writes"
              .formatted(id, target));
    }
    GtidSet holds = rules.holds(winner.get());
    for (Reached node : scene.members(n -> !n.address().id().equals(target))) {
      GtidSet more = rules.holds(node).minus(holds);
      if (!more.isEmpty()) {
        losses.add("%s holds what %s lacks: %s".formatted(node.address().id(), target, more));
      }
    }
    return losses;
  }

  Decision next() {
    Optional<EpochRecord> record = scene.record();
    if (record.isEmpty() || !scene.roster().ids().contains(target)) {
      return new Decision.Refused("%s is not a node of a cluster with an epoch".formatted(target));
    }
    EpochRecord last = record.get();
    if (last.epoch() != over) {
      return new Decision.Refused("%s is in force by now".formatted(last));
    }
    Optional<Reached> node = scene.reached(target).filter(n -> rules.inHand(scene, target));
    if (node.isEmpty()) {
      return new Decision.Refused("%s is not in hand".formatted(target));
    }
    Reached winner = node.get();
    if (!winner.readOnly()) {
      return Decision.act(new Step.Close(target, "forced"));
    }
    List<Step> fences = new ArrayList<>();
    for (Reached other : rules.unfenced(scene)) {
      fences.add(new Step.Fence(other.address().id(), "forced"));
    }
    if (!fences.isEmpty()) {
      return Decision.act(fences);
    }
    if (!winner.executed().contains(rules.holds(winner))) {
      return Decision.act(new Step.Drain(target, "forced"));
    }
    return Rules.begun(winner)
        ? establish(last, winner)
        : Decision.act(new Step.Promote(target, "forced"));
  }

  private Decision establish(EpochRecord last, Reached winner) {
    List<Step> repoints = new ArrayList<>();
    Set<NodeId> following = new TreeSet<>();
    Set<NodeId> rest = new TreeSet<>(scene.roster().ids());
    rest.remove(target);
    for (Reached node : scene.members(n -> !n.equals(winner))) {
      NodeId id = node.address().id();
      boolean sound =
          node.readOnly()
              && rules.inHand(scene, id)
              && winner.executed().contains(rules.holds(node))
              && !Scene.unservable(node);
      if (sound && scene.hears(node, target)) {
        following.add(id);
        rest.remove(id);
      } else if (sound && !scene.follows(node, target)) {
        repoints.add(new Step.Follow(id, target, true, "forced"));
      }
    }
    return repoints.isEmpty()
        ? Decision.act(
            new Step.TakeOffice(
                target, new EpochRecord(last.epoch() + LEAP, target, following), rest, "forced"))
        : Decision.act(repoints);
  }
}
