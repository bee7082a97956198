package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import java.util.Optional;
import java.util.Set;

/**
 * A planned change of primary: close, catch up, and then as after a loss, but that nothing can be
 * missing. Until the primary is closed a refusal changes nothing. Whoever takes over after it was
 * closed opens it again, or goes on, by the general rules ({@link Course#next}).
 */
final class Switchover {
  private final Rules rules;
  private final Scene scene;
  private final NodeId target;
  private final boolean late;

  /**
   * @param late the time for it is over: what can be undone is undone
   */
  Switchover(Rules rules, Scene scene, NodeId target, boolean late) {
    this.rules = rules;
    this.scene = scene;
    this.target = target;
    this.late = late;
  }

  Decision next() {
    return switch (rules.diagnose(scene)) {
      case Diagnosis.Unfounded d -> new Decision.Refused(d.why());
      case Diagnosis.Unclear d -> new Decision.Refused(d.why());
      case Diagnosis.InOffice d -> {
        if (d.epoch().primary().equals(target)) {
          yield new Decision.Refused("%s is primary already".formatted(target));
        }
        yield begin(d.epoch(), d.primary());
      }
      case Diagnosis.Closed d -> {
        boolean abandoned = late && !d.epoch().primary().equals(target);
        yield abandoned || d.epoch().primary().equals(target)
            ? new Upkeep(rules, scene, d.epoch(), d.primary()).next()
            : proceed(d.epoch(), d.primary());
      }
      case Diagnosis.Vacant d ->
          new Succession(rules, scene, d.epoch(), Optional.of(target), d.why()).next();
    };
  }

  private Decision begin(EpochRecord epoch, Reached primary) {
    Optional<String> objection = objection(epoch, primary);
    if (objection.isPresent()) {
      return new Decision.Refused(objection.get());
    }
    Optional<String> notYet = notYet(epoch);
    if (late) {
      return new Decision.Refused(notYet.orElse("it took too long"));
    }
    return notYet
        .map(Decision::await)
        .orElseGet(() -> Decision.act(new Step.Close(epoch.primary(), "switchover to " + target)));
  }

  private Decision proceed(EpochRecord epoch, Reached primary) {
    Optional<Reached> node = scene.reached(target).filter(n -> rules.inHand(scene, target));
    if (node.isEmpty() || !rules.inHand(scene, epoch.primary())) {
      return Decision.await("%s or %s is not in hand".formatted(epoch.primary(), target));
    }
    String why = "switchover to " + target;
    return node.get().executed().contains(primary.executed())
        ? new Succession(rules, scene, epoch, Optional.of(target), why).next()
        : Decision.act(new Step.CatchUp(target, primary.executed(), why));
  }

  /** What stands against it for long. */
  private Optional<String> objection(EpochRecord epoch, Reached primary) {
    if (!scene.roster().ids().contains(target)) {
      return Optional.of("%s is not a node of this cluster".formatted(target));
    }
    Optional<Reached> reached = scene.reached(target);
    if (reached.isEmpty()) {
      return Optional.of("%s is not reached, or of another cluster".formatted(target));
    }
    Reached node = reached.get();
    GtidSet errant = rules.errant(node, primary);
    if (!errant.isEmpty()) {
      return Optional.of(
          "%s is errant: it holds what %s lacks, %s".formatted(target, epoch.primary(), errant));
    }
    boolean current =
        node.executed().contains(rules.holds(node))
            || node.heartbeat()
                .filter(beat -> !beat.plus(scene.policy().maxLag()).isBefore(scene.now()))
                .isPresent();
    if (!current) {
      return Optional.of(
          "%s lags more than %d ms".formatted(target, scene.policy().maxLag().toMillis()));
    }
    return Optional.empty();
  }

  /** What passes by itself where all is well. */
  private Optional<String> notYet(EpochRecord epoch) {
    Reached node = scene.reached(target).orElseThrow();
    if (!rules.inHand(scene, target) || !rules.inHand(scene, epoch.primary())) {
      return Optional.of("the locks of %s and %s are not held".formatted(epoch.primary(), target));
    }
    if (!follows(node, epoch)) {
      return Optional.of("%s does not follow %s".formatted(target, epoch.primary()));
    }
    if (!epoch.ackers().contains(target) || !node.semiSync().replicaActive()) {
      return Optional.of("%s does not acknowledge yet".formatted(target));
    }
    // The new primary would have to wait for the former one to acknowledge it.
    boolean only = epoch.ackers().equals(Set.of(target));
    return scene
        .members(n -> only && !n.address().id().equals(target) && follows(n, epoch))
        .stream()
        .map(n -> "%s does not acknowledge yet".formatted(n.address().id()))
        .findFirst();
  }

  private boolean follows(Reached node, EpochRecord epoch) {
    return scene.hears(node, epoch.primary()) && node.replication().orElseThrow().applying();
  }
}
