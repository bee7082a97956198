package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import java.util.Optional;

/**
 * Whether a node that cannot join as it is may be given a copy of the primary's data in place of
 * its own.
 *
 * <p>What it holds alone is lost then, so this is for writes that nobody acknowledged. On MySQL its
 * next own transactions get the same numbers again. Whoever else holds the old ones would never
 * miss the new ones, so every other node has to be asked before.
 */
public sealed interface Rebuilding {

  /** The node may be rebuilt, by a copy of {@code donor}'s data. */
  record Possible(NodeId node, NodeId donor, String why) implements Rebuilding {}

  /** It must not, or need not be. */
  record Refused(String why) implements Rebuilding {}

  /** What the rules say of this node. */
  static Rebuilding of(Scene scene, NodeId id) {
    Optional<Reached> reached = scene.reached(id);
    if (reached.isEmpty()) {
      return new Refused("%s is not reached, or of another cluster".formatted(id));
    }
    Reached node = reached.get();
    if (!(Rules.STRICT.diagnose(scene)
        instanceof Diagnosis.InOffice(EpochRecord epoch, Reached primary, _))) {
      return new Refused("there is no primary in office to copy from");
    }
    NodeId office = epoch.primary();
    if (office.equals(id)) {
      return new Refused("%s is the primary".formatted(id));
    }
    if (epoch.ackers().contains(id)) {
      return new Refused("%s is an acker on record".formatted(id));
    }
    if (!node.readOnly()) {
      return new Refused("%s is open".formatted(id));
    }
    GtidSet errant = Rules.STRICT.errant(node, primary);
    if (errant.isEmpty() && !Scene.unservable(node)) {
      return new Refused("%s can join as it is".formatted(id));
    }
    if (errant.isEmpty()) {
      return new Possible(id, office, "it cannot follow %s".formatted(office));
    }
    Optional<String> objection =
        switch (scene.roster().engine()) {
          case MYSQL -> elsewhere(scene, id, errant);
          // A sequence goes on from the highest that the node knows, so no number is given again.
          case MARIADB -> Optional.empty();
        };
    return objection
        .<Rebuilding>map(Refused::new)
        .orElseGet(
            () -> new Possible(id, office, "it holds what %s lacks: %s".formatted(office, errant)));
  }

  /** Who else holds what is errant, or may. */
  private static Optional<String> elsewhere(Scene scene, NodeId id, GtidSet errant) {
    for (NodeId other : scene.roster().ids()) {
      if (other.equals(id)) {
        continue;
      }
      Optional<Reached> node = scene.reached(other);
      if (node.isEmpty()) {
        return Optional.of(
            "%s is not reached, and may hold what is errant on %s".formatted(other, id));
      }
      if (!errant.minus(node.get().held()).equals(errant)) {
        return Optional.of("%s holds some of what is errant on %s".formatted(other, id));
      }
    }
    return Optional.empty();
  }
}
