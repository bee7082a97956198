package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A change, as one controller saw or did it.
 *
 * @param number counts up from 1 in each controller's life
 * @param by the controller
 * @param epoch the one that it is about, if any
 * @param lasted how long what it ends lasted, or how long it took
 */
public record Event(
    long number,
    Instant at,
    String by,
    Kind kind,
    Optional<Long> epoch,
    Optional<NodeId> node,
    String text,
    Optional<Duration> lasted) {

  /** What kind of change. */
  public enum Kind {
    /** A controller leads, or does so no more. */
    LEADER,
    /** There is no primary in office that is open. */
    VACANT,
    /** A node is primary, and open. */
    PRIMARY,
    /** Another acker set is in force. */
    ACKERS,
    /** A step was done, or failed. */
    STEP,
    /**
     * The step that opens a node was done; it is told at once, before the node has been seen so.
     */
    OPENED,
    /** A node follows the primary. */
    JOINED,
    /** A node is left out. */
    QUARANTINED,
    /** A node is not reached, or lost its role. */
    LOST,
    /** A change of primary was asked for. */
    SWITCHOVER,
    /** A node gets another one's data in place of its own. */
    REBUILD,
    /** What was asked for is not done. */
    REFUSED,
    /** Something is waited for, or no more. */
    WAITING
  }

  /** What is told, before it is known when and by whom. */
  record News(
      Kind kind,
      Optional<Long> epoch,
      Optional<NodeId> node,
      String text,
      Optional<Duration> lasted) {

    static News of(Kind kind, String text) {
      return new News(kind, Optional.empty(), Optional.empty(), text, Optional.empty());
    }

    static News of(Kind kind, NodeId node, String text, Duration lasted) {
      return new News(kind, Optional.empty(), Optional.of(node), text, Optional.of(lasted));
    }
  }
}
