package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is the matter with the office of primary, by what all reached nodes say, as orchestrator
 * looks at it: not that one observer cannot reach a node makes it dead, but that its replicas have
 * lost it, too.
 */
public sealed interface Diagnosis {

  String why();

  /** Nobody reached knows of an epoch: the cluster is not set up, or not there. */
  record Unfounded(String why) implements Diagnosis {}

  /** The primary is open. */
  record InOffice(EpochRecord epoch, Reached primary, String why) implements Diagnosis {}

  /**
   * The primary is closed but was not restarted since it took office, for its semi-sync source is
   * still on, which a restart switches off: a promotion or a switchover was broken off. It may be
   * opened in its epoch.
   */
  record Closed(EpochRecord epoch, Reached primary, String why) implements Diagnosis {}

  /** Somebody is to be elected; the old primary may win where it is the only one that can. */
  record Vacant(EpochRecord epoch, String why) implements Diagnosis {}

  /** Not known well enough: nothing is done. */
  record Unclear(EpochRecord epoch, String why) implements Diagnosis {}

  static Diagnosis of(Scene scene) {
    Optional<EpochRecord> newest = scene.record();
    if (newest.isEmpty()) {
      return new Unfounded("no node that is reached knows of an epoch");
    }
    EpochRecord epoch = newest.get();
    Optional<Reached> primary = scene.reached(epoch.primary());
    return primary.isPresent() ? reached(scene, epoch, primary.get()) : unreached(scene, epoch);
  }

  private static Diagnosis reached(Scene scene, EpochRecord epoch, Reached primary) {
    NodeId id = epoch.primary();
    if (primary.readOnly()) {
      return primary.epoch().equals(Optional.of(epoch))
              && primary.semiSync().source()
              && primary.replication().isEmpty()
          ? new Closed(epoch, primary, "%s is closed, but was not restarted".formatted(id))
          : new Vacant(epoch, "%s has lost its office: it is read-only".formatted(id));
    }
    // A change of S that waits for its acknowledgement is seen on a replica before.
    Optional<EpochRecord> own =
        primary
            .epoch()
            .filter(e -> e.primary().equals(id) && epoch.epoch() - e.epoch() < Rules.TERM);
    if (own.isEmpty()) {
      return new Vacant(epoch, "%s has lost its office: it does not know of it".formatted(id));
    }
    boolean restarted =
        scene
            .watch()
            .term()
            .filter(term -> term.epoch().epoch() == epoch.epoch())
            .flatMap(Watch.Term::opened)
            .filter(before -> !before.sameStart(primary))
            .isPresent();
    if (restarted) {
      return new Vacant(epoch, "%s has lost its office: it was restarted".formatted(id));
    }
    if (isolated(scene, epoch)) {
      return new Vacant(
          epoch,
          "%s is cut off from %s, and nobody acknowledges its writes"
              .formatted(id, Scene.names(epoch.ackers())));
    }
    return new InOffice(own.get(), primary, "%s is open".formatted(id));
  }

  /**
   * Its ackers are all there and have all lost it, and that lasts. It is so, too, while they are
   * being led away from it for that reason, or else each step of the election would be undone by
   * the next round.
   *
   * <p>It is not begun where it could not be ended, for then they would not look for the primary
   * any more: where none of them is heir to the record, one may have forgotten what it
   * acknowledged, or the heir would have nobody to acknowledge it.
   */
  private static boolean isolated(Scene scene, EpochRecord epoch) {
    List<Reached> ackers = scene.members(node -> epoch.ackers().contains(node.address().id()));
    Duration patience = scene.policy().patience();
    boolean blocked =
        scene
            .watch()
            .blockedSince()
            .filter(since -> !scene.now().isBefore(since.plus(patience)))
            .isPresent();
    boolean begun = ackers.stream().anyMatch(node -> !scene.follows(node, epoch.primary()));
    boolean durable =
        scene.policy().durability() == Durability.AVAILABLE || epoch.ackers().size() > 1;
    return blocked
        && durable
        && (begun || scene.stillFor(patience))
        && ackers.size() == epoch.ackers().size()
        && ackers.stream().allMatch(node -> lost(scene, epoch, node))
        && ackers.stream().anyMatch(node -> node.epoch().equals(Optional.of(epoch)));
  }

  /** It looks for the primary in vain, or was stopped, promoted or repointed by an election. */
  private static boolean lost(Scene scene, EpochRecord epoch, Reached acker) {
    if (Rules.mayHaveForgotten(acker)) {
      return false; // the primary would be needed, and closed
    }
    if (!scene.follows(acker, epoch.primary())) {
      return Rules.begun(acker) || scene.source(acker).filter(epoch.ackers()::contains).isPresent();
    }
    ReplicaStatus status = acker.replication().orElseThrow();
    return switch (status.io()) {
      case CONNECTING -> status.ioFailure().isPresent() && !Scene.shutOut(acker);
      // Unlike one that was restarted, or that the primary cannot serve.
      case STOPPED -> status.applying() && !Scene.unservable(acker);
      case RUNNING -> false;
    };
  }

  private static Diagnosis unreached(Scene scene, EpochRecord epoch) {
    NodeId id = epoch.primary();
    List<NodeId> hearing =
        scene.members(node -> scene.hears(node, id)).stream().map(n -> n.address().id()).toList();
    if (!hearing.isEmpty()) {
      return new Unclear(
          epoch, "%s is not reached, but %s hears it".formatted(id, Scene.names(hearing)));
    }
    return new Vacant(epoch, "%s is not reached, and nobody hears it".formatted(id));
  }
}
