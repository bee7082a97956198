package dev.mainstay.db.controller.plan;

import dev.mainstay.db.NodeId;
import java.time.Instant;

/**
 * A change of primary that a person asked for.
 *
 * @param forced whether it is done also where the rules refuse it, at the price of what is lost
 * @param at when it was given
 */
public record Order(NodeId to, boolean forced, Instant at) {

  /** What became of an order. */
  public sealed interface Outcome {

    /** The node is primary and open. */
    record Done(NodeId primary, long epoch) implements Outcome {}

    /** It was not done, and what was begun was undone, or is completed by the general rules. */
    record Refused(String why) implements Outcome {}
  }
}
