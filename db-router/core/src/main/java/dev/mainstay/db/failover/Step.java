package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.LogPosition;
import dev.mainstay.db.NodeId;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * One change to one node. Each may fail or be broken off at any point, and may be done twice: what
 * is so already is left so. The names in the Javadoc are {@code EngineSql}'s.
 *
 * <p>None but {@link RecordAckers} and {@link Expel} commits anything that waits for an
 * acknowledgement, so that a controller that dies leaves no session behind that waits, and holds
 * its lock, for ever.
 */
public sealed interface Step {

  /** The node that is changed. */
  NodeId node();

  /** Why, for the log. */
  String why();

  /** {@code stopReceiving}: it receives and thus acknowledges no more; it goes on applying. */
  record Fence(NodeId node, String why) implements Step {}

  /** {@code startApplying} if it does not apply, then {@code awaitApplied}. */
  record Drain(NodeId node, String why) implements Step {}

  /** {@code awaitExecuted}: it has what is asked for as soon as its source sent it. */
  record CatchUp(NodeId node, GtidSet wanted, String why) implements Step {}

  /** {@code promote(true)}: it follows nobody; it stays closed. */
  record Promote(NodeId node, String why) implements Step {}

  /**
   * {@code halt}: as {@link Promote}, but on MySQL the server keeps what it knows of its source; to
   * forget takes it longer than all the rest, and is left for when it is open ({@link Forget}).
   * Where nothing is so left a restarted server is seen to follow its last source, which binds it
   * to that one as {@link Follow} would.
   */
  record Halt(NodeId node, String why) implements Step {}

  /** {@code forgetSource}, after {@link Halt}. */
  record Forget(NodeId node, String why) implements Step {}

  /** {@code follow}. */
  record Follow(NodeId node, NodeId source, boolean acker, String why) implements Step {}

  /**
   * {@code acknowledge(acker)}, {@code startReplication}: the source it was told already, after a
   * restart or a fence.
   */
  record Resume(NodeId node, boolean acker, String why) implements Step {}

  /** {@code acknowledge}: whether its receipts count; it connects anew. */
  record Acknowledge(NodeId node, boolean on, String why) implements Step {}

  /**
   * The record that makes the node primary, on the node itself, while it is closed and waits for an
   * acknowledgement for a moment at most: {@code limitAckWait}, {@code admitController}, {@code
   * shutOut} of those that are named, {@code letIn} of all ackers, {@code commitEpoch}, on MariaDB
   * {@code writeHeartbeat}, {@code killSessions} of the replication accounts of all nodes that are
   * not among the ackers, and then {@code waitForAcks} and {@code openIfAcknowledged}, or, if there
   * are no ackers, {@code promote(false)} and {@code open}.
   *
   * <p>All ackers are let in, whether or not they were seen to be refused: one that was expelled,
   * and has not tried to connect since, would be on record and unable to acknowledge, and to let it
   * in later is a commit, which would wait for its acknowledgement.
   *
   * <p>The sessions are killed for the sake of a replica that was expelled while this node was not
   * primary, and hangs: its account is locked here, too, but its old session would live on, and
   * acknowledge when it wakes.
   *
   * <p>MariaDB may forget its last commit when it is killed, but not the one before: the record
   * must not be the last. MySQL does without the heartbeat, which is one commit less while writes
   * wait.
   */
  record TakeOffice(NodeId node, EpochRecord epoch, Set<NodeId> shutOut, String why)
      implements Step {
    public TakeOffice {
      shutOut = Collections.unmodifiableSortedSet(new TreeSet<>(shutOut));
    }
  }

  /** {@code open}, and only while the decision is {@linkplain Decision#VALID valid}. */
  record Open(NodeId node, EpochRecord epoch, String why) implements Step {}

  /** {@code waitForAcks} on an open primary that waited for nobody. */
  record Guard(NodeId node, String why) implements Step {}

  /** {@code commitEpoch} on the open primary, acknowledged: a larger acker set. */
  record RecordAckers(NodeId node, EpochRecord epoch, String why) implements Step {}

  /**
   * An acker set without these, on the open primary: {@code shutOut} each, so that it can no longer
   * acknowledge, then {@code commitEpoch}, which one of the rest acknowledges. Whoever has that
   * record has all before it, so the rest holds what those alone had acknowledged.
   */
  record Expel(NodeId node, Set<NodeId> replicas, EpochRecord epoch, String why) implements Step {
    public Expel {
      replicas = Collections.unmodifiableSortedSet(new TreeSet<>(replicas));
    }
  }

  /**
   * {@code vouch}, on a connection of its own: the replica has executed everything before the
   * position in the open primary's log.
   */
  record Vouch(NodeId node, NodeId replica, LogPosition position, String why) implements Step {}

  /** {@code letIn} the replica's account again, on the primary. */
  record LetIn(NodeId node, NodeId replica, String why) implements Step {}

  /** {@code close}: an orderly one, which fails while commits wait for an acknowledgement. */
  record Close(NodeId node, String why) implements Step {}

  /** {@code NodeControl}: SIGKILL; it comes back closed. */
  record Kill(NodeId node, String why) implements Step {}
}
