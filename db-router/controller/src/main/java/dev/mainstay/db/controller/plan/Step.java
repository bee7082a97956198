package dev.mainstay.db.controller.plan;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;

/**
 * One change to one node. Every step may be done twice: what is so already is left so, so that a
 * successor of a controller that died in the middle observes, plans and goes on.
 */
public sealed interface Step {

  /** The node that is changed. */
  NodeAddress node();

  /** Why, for the log. */
  String why();

  /**
   * Throws away the GTIDs that the node's own initialisation, or a set-up that was broken off,
   * left, so that blank nodes are equal. The doer refuses when the node holds any data.
   */
  record MakeBlank(NodeAddress node, String why) implements Step {}

  /**
   * Writes the first transactions of a cluster on its future primary, which stays read-only to
   * everyone else: the cluster id, the application's schema, the accounts.
   */
  record Found(NodeAddress node, String clusterId, String why) implements Step {}

  /**
   * Points the node at a source, from which it replicates by GTID, read-only.
   *
   * @param acker whether it acknowledges (semi-sync) from the start
   */
  record Follow(NodeAddress node, NodeAddress source, boolean acker, String why) implements Step {}

  /**
   * Starts the replication of a node that is pointed at the right source already. Its relay log is
   * kept where the engine keeps it: it may hold what was acknowledged and not yet applied.
   */
  record Resume(NodeAddress node, boolean acker, String why) implements Step {}

  /**
   * Opens the node as the primary of the epoch: semi-sync source on (unless there are no ackers),
   * then the epoch's row, acknowledged, then open for writes.
   */
  record Open(NodeAddress node, EpochRecord epoch, String why) implements Step {}

  /** Makes or corrects the application's schema and the accounts on the open primary. */
  record Provision(NodeAddress node, String why) implements Step {}

  /** Commits a grown set of ackers on the primary; only then may the new ones acknowledge. */
  record RecordAckers(NodeAddress node, EpochRecord epoch, String why) implements Step {}

  /** Switches acknowledging on or off at a running replica. */
  record Acknowledge(NodeAddress node, boolean on, String why) implements Step {}

  /** Switches the semi-sync source on at an open primary that lacks it. */
  record GuardWrites(NodeAddress node, String why) implements Step {}

  /** Makes a node read-only that is open but does not hold the office. */
  record Close(NodeAddress node, String why) implements Step {}
}
