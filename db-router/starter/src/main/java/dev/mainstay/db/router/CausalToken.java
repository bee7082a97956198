package dev.mainstay.db.router;

import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeState;
import java.util.Collection;
import java.util.Optional;

/**
 * What a visitor has to see: of each origin the last transaction that was written or read by them.
 * Replicas apply in the order of the primary's commits, so a node that has that one has all before
 * it, and the token stays as small as the number of origins.
 *
 * @param epoch the highest that any of it was learned under; 0 if none was known
 * @param primaryOnly whether some of it cannot be told by GTIDs, as after a COMMIT without an
 *     answer: then only the primary is sure to have it
 * @param seen the {@linkplain GtidSet#latest latest} of each origin
 */
record CausalToken(long epoch, boolean primaryOnly, GtidSet seen) {

  CausalToken {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch is %d (expected: 0 or more)".formatted(epoch));
    }
    seen = seen.latest();
  }

  /** What either has to see. Both are of one cluster. */
  CausalToken merge(CausalToken other) {
    return new CausalToken(
        Math.max(epoch, other.epoch), primaryOnly || other.primaryOnly, seen.union(other.seen));
  }

  /** Whether the node, where it was last seen, shows all of it. */
  boolean isCoveredBy(NodeState node) {
    return !primaryOnly && node.gtid().filter(executed -> executed.contains(seen)).isPresent();
  }

  /**
   * Without what every node has executed, for no read can go back behind that.
   *
   * @param positions of all nodes; one that is not known has executed nothing, for all that is
   *     known
   */
  CausalToken without(Collection<Optional<GtidSet>> positions) {
    GtidSet lacking = GtidSet.empty(seen.engine());
    for (Optional<GtidSet> position : positions) {
      lacking = lacking.union(position.map(seen::minus).orElse(seen));
    }
    return new CausalToken(epoch, primaryOnly, lacking);
  }
}
