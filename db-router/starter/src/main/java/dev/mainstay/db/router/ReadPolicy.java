package dev.mainstay.db.router;

import dev.mainstay.db.NodeState;
import dev.mainstay.db.Topology;
import java.util.List;

/**
 * Decides which nodes a read may go to, by the snapshots alone; an application replaces the rule by
 * a bean of its own.
 *
 * @see WeightedReads
 */
@FunctionalInterface
public interface ReadPolicy {

  /**
   * The nodes that may serve a read, best first. The router takes the first that gives a
   * connection, except that a read which has to see something goes where that is. Those before the
   * primary are the rotation.
   *
   * @param turn the number of the read; it grows by one from read to read
   */
  List<NodeState> candidates(Topology topology, long turn);

  /** Is told each new snapshot, whether anything is read meanwhile or not. */
  default void looked(Topology topology) {}
}
