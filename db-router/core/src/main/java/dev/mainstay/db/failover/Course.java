package dev.mainstay.db.failover;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a controller does next, from a {@link Scene} alone. It is called once a round, and what it
 * says is done, or fails, before the next round is looked at.
 */
public final class Course {
  private Course() {}

  /** Keeps a primary in office: fail-over, rejoining, acker set. */
  public static Decision next(Scene scene) {
    return next(scene, Rules.STRICT);
  }

  public static Decision next(Scene scene, Rules rules) {
    return switch (rules.diagnose(scene)) {
      case Diagnosis.Unfounded d -> Decision.await(d.why());
      case Diagnosis.Unclear d -> Decision.await(d.why());
      case Diagnosis.InOffice d -> new Upkeep(rules, scene, d.epoch(), d.primary()).next();
      case Diagnosis.Closed d -> new Upkeep(rules, scene, d.epoch(), d.primary()).next();
      case Diagnosis.Vacant d ->
          flapping(scene)
              .<Decision>map(Decision.Refused::new)
              .orElseGet(
                  () -> new Succession(rules, scene, d.epoch(), Optional.empty(), d.why()).next());
    };
  }

  /** Moves the office to {@code target}; see {@link Switchover}. */
  public static Decision switchover(Scene scene, NodeId target, boolean late) {
    return switchover(scene, target, late, Rules.STRICT);
  }

  public static Decision switchover(Scene scene, NodeId target, boolean late, Rules rules) {
    return new Switchover(rules, scene, target, late).next();
  }

  /**
   * Moves the office to {@code target} at the price of what is lost; see {@link Forced}. Refused
   * once another epoch is in force than {@code over}, so also when it is done.
   *
   * @param begun whether something was done for it already: then the target is waited for
   */
  public static Decision force(Scene scene, NodeId target, long over, boolean begun) {
    return new Forced(Rules.STRICT, scene, target, over, begun).next();
  }

  /**
   * What {@link #force} would lose or risk, for the operator to confirm; empty if nothing that is
   * known.
   */
  public static List<String> losses(Scene scene, NodeId target) {
    return new Forced(Rules.STRICT, scene, target, 0, false).losses();
  }

  /** What the locks that are held entitle to. Who has no claim lets them go. */
  public enum Claim {
    NONE,
    /**
     * All of S, but no majority; two nodes need that to survive the loss of one. While a majority
     * is reached somebody else may hold it, who needs these: then they are let go every few
     * seconds.
     */
    ACKERS,
    MAJORITY
  }

  public static Claim claim(Roster roster, Collection<Reached> members, Collection<NodeId> locked) {
    if (locked.size() >= roster.majority()) {
      return Claim.MAJORITY;
    }
    return Scene.record(members)
        .filter(r -> !r.ackers().isEmpty() && locked.containsAll(r.ackers()))
        .map(_ -> Claim.ACKERS)
        .orElse(Claim.NONE);
  }

  private static Optional<String> flapping(Scene scene) {
    List<?> before = scene.watch().failovers();
    return before.size() >= scene.policy().flapping()
        ? Optional.of(
            "%d fail-overs in %d s: no more until a person has looked"
                .formatted(before.size(), scene.policy().window().toSeconds()))
        : Optional.empty();
  }
}
