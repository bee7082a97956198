package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.LogPosition;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Io;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a primary in office needs: it is opened once it can be acknowledged; the others follow it,
 * but for those that hold what it lacks; acknowledging is on at exactly the members of S; S grows
 * and shrinks on record.
 */
final class Upkeep {
  private final Rules rules;
  private final Scene scene;
  private final EpochRecord epoch;
  private final Reached primary;
  private final NodeId office;
  private final List<Step> steps = new ArrayList<>();
  private final Map<NodeId, String> quarantined = new LinkedHashMap<>();
  private final Map<NodeId, LogPosition> vouchable = new LinkedHashMap<>();

  Upkeep(Rules rules, Scene scene, EpochRecord epoch, Reached primary) {
    this.rules = rules;
    this.scene = scene;
    this.epoch = epoch;
    this.primary = primary;
    this.office = epoch.primary();
  }

  Decision next() {
    // By itself: the site waits for it, and a former primary that begins to follow takes a second.
    if (rules.inHand(scene, office) && primary.readOnly() && rules.mayOpen(primary)) {
      return Decision.act(new Step.Open(office, epoch, "it has taken office"));
    }
    List<Reached> others = scene.members(n -> !n.equals(primary));
    for (Reached node : others) {
      if (!node.readOnly()) {
        depose(node);
      } else if (rules.inHand(scene, id(node))) {
        tend(node);
      }
    }
    if (rules.inHand(scene, office)) {
      vouch();
    }
    // One after the other: a record rests on what the nodes do already.
    if (steps.isEmpty() && rules.inHand(scene, office) && !primary.readOnly() && majority()) {
      tendAckers();
    }
    if (!steps.isEmpty()) {
      return new Decision.Act(primary.readOnly() ? urgent() : steps, quarantined);
    }
    return primary.readOnly()
        ? new Decision.Await(
            "%s is opened when a replica acknowledges".formatted(office), quarantined)
        : new Decision.Settled(quarantined);
  }

  /** Before the primary is open only what opens it, if there is such a step. */
  private List<Step> urgent() {
    List<Step> ofAckers =
        steps.stream().filter(step -> epoch.ackers().contains(step.node())).toList();
    return ofAckers.isEmpty() ? steps : ofAckers;
  }

  private boolean majority() {
    return scene.members(n -> rules.inHand(scene, id(n))).size() >= scene.roster().majority();
  }

  private void tend(Reached node) {
    NodeId id = id(node);
    GtidSet errant = rules.errant(node, primary);
    if (!errant.isEmpty()) {
      quarantined.put(id, "it holds what %s lacks: %s".formatted(office, errant));
      if (node.replication().filter(r -> r.io() != Io.STOPPED).isPresent()) {
        steps.add(new Step.Fence(id, "it is errant"));
      }
      return;
    }
    if (!scene.follows(node, office)) {
      join(node);
      return;
    }
    if (Scene.unservable(node)) {
      if (OwnTail.lost(node, primary) && !node.semiSync().replica()) {
        join(node);
      } else {
        quarantined.put(
            id,
            "it cannot follow %s: %s"
                .formatted(
                    office, node.replication().flatMap(ReplicaStatus::ioFailure).orElseThrow()));
      }
      return;
    }
    ReplicaStatus status = node.replication().orElseThrow();
    boolean member = epoch.ackers().contains(id);
    boolean on = node.semiSync().replica();
    if (status.io() == Io.STOPPED || !status.applying()) {
      steps.add(new Step.Resume(id, resumesAcking(member, on, node), "it stands"));
    } else if (joinsAlone(node)) {
      if (!on || deaf(node)) {
        steps.add(new Step.Acknowledge(id, true, "it is the first to acknowledge"));
      }
    } else if (!alone() && !member && on) {
      // From an empty S it is on before the record, and connects anew for that.
      steps.add(new Step.Acknowledge(id, false, "it is no acker on record"));
    } else if (Scene.shutOut(node)
        && rules.inHand(scene, office)
        && (primary.semiSync().canBeAcknowledged() || !primary.semiSync().source())) {
      steps.add(new Step.LetIn(office, id, "it is back"));
    } else if (member && mayAck(node) && (!on || deaf(node))) {
      steps.add(new Step.Acknowledge(id, true, "it is an acker on record"));
    } else if (member && on) {
      rules.vouched(scene, node).ifPresent(to -> vouchable.put(id, to));
    }
  }

  /** For whoever has executed most: that releases all that any other could. */
  private void vouch() {
    vouchable.entrySet().stream()
        .max(
            Map.Entry.comparingByValue(
                Comparator.comparing(LogPosition::file).thenComparingLong(LogPosition::offset)))
        .ifPresent(
            most ->
                steps.add(
                    new Step.Vouch(
                        office,
                        most.getKey(),
                        most.getValue(),
                        "its acknowledgement may be lost")));
  }

  /** A primary of former days, still open. Asked first, for a kill loses its caches. */
  private void depose(Reached node) {
    NodeId id = id(node);
    String why = "%s is primary".formatted(office);
    // A closing would wait for the acknowledgements that never come. So does, perhaps, the session
    // that holds the lock; a kill needs none.
    boolean hangs = node.semiSync().waiting() > 0;
    if (!hangs && rules.inHand(scene, id)) {
      steps.add(new Step.Close(id, why));
    } else if (hangs && scene.killable().contains(id)) {
      steps.add(new Step.Kill(id, why));
    } else if (hangs) {
      quarantined.put(id, "it is open, and its commits wait: kill it, and it will join");
    }
  }

  private void join(Reached node) {
    NodeId id = id(node);
    if (!rules.released(scene, epoch, node)) {
      return;
    }
    if (node.replication().filter(r -> r.io() != Io.STOPPED).isPresent()) {
      // What it receives from elsewhere meanwhile would not have been looked at.
      steps.add(new Step.Fence(id, "%s is primary".formatted(office)));
      return;
    }
    if (isApplying(node)) {
      // What it has received it will still execute, and that it is not errant is known only then.
      return;
    }
    boolean member = epoch.ackers().contains(id);
    boolean lost = OwnTail.lost(node, primary);
    if (lost && !member) {
      boolean record =
          rules.inHand(scene, office)
              && !primary.readOnly()
              && primary.semiSync().canBeAcknowledged()
              && majority();
      if (!alone()) {
        if (record) {
          steps.add(grown(Set.of(id), "it takes back what it lost only as an acker"));
        }
        return;
      }
    }
    boolean acker =
        lost
            || (member
                && switch (node.engine()) {
                  case MYSQL -> true;
                  case MARIADB -> node.semiSync().replica() || caughtUp(node);
                });
    steps.add(new Step.Follow(id, office, acker, "%s is primary".formatted(office)));
  }

  private static boolean isApplying(Reached node) {
    return node.replication().filter(ReplicaStatus::applying).isPresent()
        && !node.executed().contains(node.held());
  }

  /** On MariaDB it acknowledges again once it has caught up, which shows that it forgot nothing. */
  private boolean mayAck(Reached node) {
    return switch (node.engine()) {
      case MYSQL -> true;
      case MARIADB -> node.semiSync().replica() || caughtUp(node);
    };
  }

  private static boolean resumesAcking(boolean member, boolean on, Reached node) {
    return member
        && switch (node.engine()) {
          case MYSQL -> true;
          case MARIADB -> on;
        };
  }

  /** Switched on, and connected, but the source did not agree when it connected. */
  private boolean deaf(Reached node) {
    return scene.hears(node, office)
        && primary.semiSync().source()
        && !node.semiSync().replicaActive();
  }

  private boolean caughtUp(Reached node) {
    return node.executed().contains(primary.executed());
  }

  private boolean alone() {
    return epoch.ackers().isEmpty();
  }

  /** From an empty S the replica acknowledges first, so that the record is acknowledged by it. */
  private boolean joinsAlone(Reached node) {
    return alone() && scene.hears(node, office);
  }

  private void tendAckers() {
    Set<NodeId> fresh = new TreeSet<>();
    for (Reached node : scene.members(n -> !n.equals(primary))) {
      NodeId id = id(node);
      if (!epoch.ackers().contains(id)
          && !quarantined.containsKey(id)
          && rules.inHand(scene, id)
          && scene.hears(node, office)
          && node.replication().orElseThrow().applying()
          && caughtUp(node)) {
        fresh.add(id);
      }
    }
    if (alone()) {
      fromAlone(fresh);
      return;
    }
    if (!primary.semiSync().canBeAcknowledged()) {
      return; // A record would wait like any other commit.
    }
    if (!fresh.isEmpty()) {
      steps.add(grown(fresh, "caught up"));
      return;
    }
    absent().ifPresent(this::expel);
  }

  /**
   * The source goes on first, and whoever follows acknowledges already, so it is all of them that
   * the record must name; who is not in hand may be one that did so before, and is shut out.
   */
  private void fromAlone(Set<NodeId> fresh) {
    Set<NodeId> following = new TreeSet<>();
    Set<NodeId> unknown = new TreeSet<>(scene.roster().ids());
    unknown.remove(office);
    for (Reached node : scene.members(n -> !n.equals(primary) && rules.inHand(scene, id(n)))) {
      unknown.remove(id(node));
      if (scene.follows(node, office) && node.semiSync().replica()) {
        following.add(id(node));
      }
    }
    following.removeAll(quarantined.keySet());
    if (fresh.isEmpty() || !following.containsAll(fresh)) {
      return;
    }
    if (!primary.semiSync().source()) {
      steps.add(new Step.Guard(office, "there is somebody to acknowledge"));
    } else if (primary.semiSync().canBeAcknowledged()) {
      EpochRecord next = new EpochRecord(epoch.epoch() + 1, office, following);
      steps.addAll(
          unknown.isEmpty()
              ? List.of(new Step.RecordAckers(office, next, "caught up"))
              : rules.expel(unknown, next, "caught up"));
    }
  }

  private Step grown(Set<NodeId> fresh, String why) {
    Set<NodeId> ackers = new TreeSet<>(epoch.ackers());
    ackers.addAll(fresh);
    return new Step.RecordAckers(office, new EpochRecord(epoch.epoch() + 1, office, ackers), why);
  }

  /** A member of S that has been gone for a while, while another one of S is there. */
  private Optional<NodeId> absent() {
    boolean another =
        epoch.ackers().stream()
            .flatMap(id -> scene.reached(id).stream())
            .anyMatch(
                n ->
                    !quarantined.containsKey(id(n))
                        && scene.hears(n, office)
                        && n.semiSync().replicaActive());
    Instant deadline = scene.now().minus(scene.policy().absence());
    return another
        ? epoch.ackers().stream()
            .filter(
                id ->
                    Optional.ofNullable(scene.watch().absent().get(id))
                        .filter(since -> !since.isAfter(deadline))
                        .isPresent())
            .findFirst()
        : Optional.empty();
  }

  private void expel(NodeId gone) {
    Set<NodeId> rest = new TreeSet<>(epoch.ackers());
    rest.remove(gone);
    EpochRecord next = new EpochRecord(epoch.epoch() + 1, office, rest);
    steps.addAll(rules.expel(Set.of(gone), next, "%s is gone".formatted(gone)));
  }

  private static NodeId id(Reached node) {
    return node.address().id();
  }
}
