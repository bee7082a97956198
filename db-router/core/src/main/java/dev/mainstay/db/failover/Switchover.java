package dev.mainstay.db.failover;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Io;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A planned change of primary: close, catch up, and then as after a loss, but that nothing can be
 * missing. Until the primary is closed a refusal changes nothing. Whoever takes over after it was
 * closed opens it again, or goes on, by the general rules ({@link Course#next}).
 *
 * <p>Writes wait only while the primary is closed, so what can be done before is done before: on
 * MySQL the other replicas follow the target already, which acknowledges alone meanwhile. Then
 * nothing is left to do but on the target, and that is done in one go:
 *
 * <pre>
 * db-1 ──► db-2, db-3        db-1 ──► db-3 ──► db-2       close db-1;       db-3 ──► db-2
 *                                                         db-3: catch up,
 *                                                         halt, record, open, forget
 * </pre>
 *
 * <p>Not on MariaDB: a replica that connects to a source whose semi-sync is off sends it no
 * acknowledgements later on, and would have to connect again.
 */
final class Switchover {

  /** From one heartbeat to the next, with what it takes to be written. */
  private static final Duration BEAT = Duration.ofMillis(1_500);

  /** So long one that was repointed may take to connect, before it is no longer waited for. */
  private static final Duration CONNECTING = Duration.ofSeconds(1);

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
    return notYet.map(Decision::await).orElseGet(() -> prepare(epoch));
  }

  /** Has the others follow the target, where that saves time later; then closes the primary. */
  private Decision prepare(EpochRecord epoch) {
    String why = "switchover to " + target;
    Reached next = scene.reached(target).orElseThrow();
    List<Step> steps = new ArrayList<>();
    boolean connecting = false;
    for (Reached node : others(epoch)) {
      NodeId id = node.address().id();
      ReplicaStatus status = node.replication().orElseThrow();
      boolean sound = status.applying() && status.ioFailure().isEmpty();
      if (scene.hears(node, epoch.primary()) && sound) {
        // What it receives after it was looked at the target might lack, and could not serve it.
        steps.add(new Step.Fence(id, why));
      } else if (scene.follows(node, epoch.primary()) && status.io() == Io.STOPPED && sound) {
        GtidSet held = rules.holds(node);
        steps.add(
            next.executed().contains(held)
                ? new Step.Follow(id, target, epoch.ackers().contains(id), why)
                : new Step.CatchUp(target, held, why));
      } else if (scene.follows(node, target)) {
        connecting |= sound && status.io() == Io.CONNECTING && !scene.stillFor(CONNECTING);
      }
    }
    if (!steps.isEmpty()) {
      return Decision.act(steps);
    }
    return connecting
        ? Decision.await("the others connect to %s".formatted(target))
        : Decision.act(new Step.Close(epoch.primary(), why));
  }

  /** Those that are neither target nor primary and can be told to follow another one before. */
  private List<Reached> others(EpochRecord epoch) {
    return scene.members(
        n ->
            n.engine() == Engine.MYSQL
                && n.readOnly()
                && n.replication().isPresent()
                && !n.address().id().equals(target)
                && !n.address().id().equals(epoch.primary())
                && rules.inHand(scene, n.address().id()));
  }

  private Decision proceed(EpochRecord epoch, Reached primary) {
    Optional<Reached> node = scene.reached(target).filter(n -> rules.inHand(scene, target));
    if (node.isEmpty() || !rules.inHand(scene, epoch.primary())) {
      return Decision.await("%s or %s is not in hand".formatted(epoch.primary(), target));
    }
    String why = "switchover to " + target;
    if (isPrepared(epoch, primary, node.get())) {
      Set<NodeId> ackers = new TreeSet<>(epoch.ackers());
      ackers.remove(target);
      List<Step> all = new ArrayList<>();
      all.add(new Step.CatchUp(target, primary.executed(), why));
      all.add(new Step.Halt(target, why));
      all.addAll(
          rules.takeOffice(new EpochRecord(epoch.epoch() + Rules.TERM, target, ackers), why));
      all.add(new Step.Forget(target, why));
      return Decision.act(all);
    }
    return node.get().executed().contains(primary.executed())
        ? new Succession(rules, scene, epoch, Optional.of(target), why).next()
        : Decision.act(new Step.CatchUp(target, primary.executed(), why));
  }

  /**
   * Whether all of S follow the target, which is their promise, and acknowledge to it. What they
   * hold the closed primary has, and so has the target once it caught up.
   */
  private boolean isPrepared(EpochRecord epoch, Reached primary, Reached next) {
    Set<NodeId> ready = new TreeSet<>();
    for (Reached node : others(epoch)) {
      if (scene.hears(node, target)
          && node.replication().orElseThrow().applying()
          && node.semiSync().replicaActive()
          && primary.executed().contains(rules.holds(node))) {
        ready.add(node.address().id());
      }
    }
    Set<NodeId> wanted = new TreeSet<>(epoch.ackers());
    return wanted.remove(target)
        && !wanted.isEmpty()
        && ready.containsAll(wanted)
        && primary.replication().isEmpty()
        && primary.epoch().equals(Optional.of(epoch))
        && primary.executed().contains(rules.holds(next))
        && scene.hears(next, epoch.primary());
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
    // Not by the clock: a heartbeat comes once a second, and none while an office moves. One that
    // is a beat behind may be behind by anything from nothing up.
    Instant newest = primary.heartbeat().orElse(scene.now());
    Duration allowed = scene.policy().maxLag().plus(BEAT);
    boolean current =
        node.executed().contains(rules.holds(node))
            || node.heartbeat().filter(beat -> !beat.plus(allowed).isBefore(newest)).isPresent();
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
