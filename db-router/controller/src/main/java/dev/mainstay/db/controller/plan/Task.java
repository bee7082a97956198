package dev.mainstay.db.controller.plan;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.failover.Step;

/**
 * One thing to do at one node. Every task may be done twice: what is so already is left so, so that
 * a successor of a controller that died in the middle observes, plans and goes on.
 */
public sealed interface Task {

  /** The node that is changed. */
  NodeId node();

  /** Why, for the log. */
  String why();

  /**
   * Throws away the GTIDs that the node's own initialisation, or a set-up that was broken off,
   * left, so that blank nodes are equal. The doer refuses when the node holds any data.
   */
  record MakeBlank(NodeId node, String why) implements Task {}

  /**
   * Writes the first transactions of a cluster on its future primary, which stays read-only to
   * everyone else: the cluster id, the application's schema, the accounts.
   */
  record Found(NodeId node, String clusterId, String why) implements Task {}

  /** Makes or corrects the application's schema and the accounts on the open primary. */
  record Provision(NodeId node, String why) implements Task {}

  /** A step of the rules about the primary's office. */
  record Turn(Step step) implements Task {
    @Override
    public NodeId node() {
      return step.node();
    }

    @Override
    public String why() {
      return step.why();
    }
  }
}
