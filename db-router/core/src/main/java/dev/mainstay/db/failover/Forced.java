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
 * A fail-over to the node that an operator names, where the rules refuse one. It closes whatever is
 * still open, does what {@link Succession} does with whatever is in hand, shuts out whatever is
 * not, and counts the epoch up so far that whatever the others did unseen is outranked. What that
 * loses is told before, and once more when nothing is written any longer.
 */
final class Forced {
  private static final long LEAP = 1000;

  private final Rules rules;
  private final Scene scene;
  private final NodeId target;
  private final long over;
  private final boolean begun;

  /**
   * @param over the epoch that was in force when it was ordered
   * @param begun whether something was done for it already: then the target is waited for
   */
  Forced(Rules rules, Scene scene, NodeId target, long over, boolean begun) {
    this.over = over;
    this.begun = begun;
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
    Optional<Decision> closing = closing();
    if (closing.isPresent()) {
      return closing.get();
    }
    Optional<Reached> node = scene.reached(target).filter(n -> rules.inHand(scene, target));
    if (node.isEmpty()) {
      String absent = "%s is not in hand".formatted(target);
      return begun ? Decision.await(absent) : new Decision.Refused(absent);
    }
    Reached winner = node.get();
    Optional<Step> tail = tail(last, winner);
    if (tail.isPresent()) {
      return Decision.act(tail.get());
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

  /**
   * Whoever is open may go on acknowledging, and what it acknowledges from now on was not told as
   * lost. So that comes first; a node whose commits wait cannot be closed, and is killed.
   */
  private Optional<Decision> closing() {
    List<Step> steps = new ArrayList<>();
    for (Reached node : scene.members(n -> !n.readOnly())) {
      NodeId id = node.address().id();
      // Of commits that somebody acknowledges some wait at any moment; a closing lets them end.
      boolean hangs = node.semiSync().waiting() > 0 && !node.semiSync().canBeAcknowledged();
      if (hangs && !scene.killable().contains(id)) {
        return Optional.of(
            new Decision.Refused("%s is open, and its commits wait: kill it before".formatted(id)));
      }
      if (hangs) {
        steps.add(new Step.Kill(id, "forced"));
      } else if (rules.inHand(scene, id)) {
        steps.add(new Step.Close(id, "forced"));
      } else {
        return Optional.of(Decision.await("%s is open, and not in hand".formatted(id)));
      }
    }
    return steps.isEmpty() ? Optional.empty() : Optional.of(Decision.act(steps));
  }

  /** What the closed primary still sends the target, as long as it does. */
  private Optional<Step> tail(EpochRecord last, Reached winner) {
    return scene
        .reached(last.primary())
        .filter(office -> scene.hears(winner, last.primary()))
        .filter(office -> !rules.holds(winner).contains(office.executed()))
        .filter(_ -> !scene.stillFor(scene.policy().patience()))
        .map(office -> new Step.CatchUp(target, office.executed(), "forced"));
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
