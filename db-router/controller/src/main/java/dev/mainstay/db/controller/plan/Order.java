package dev.mainstay.db.controller.plan;

import dev.mainstay.db.NodeId;
import java.time.Instant;
import java.util.List;

/**
 * A change of primary that a person asked for.
 *
 * @param forced whether it is done also where the rules refuse it, at the price of what is lost
 * @param at when it was given
 */
public record Order(NodeId to, boolean forced, Instant at) {

  /** What became of an order. */
  public sealed interface Outcome {

    /**
     * The node is primary and open.
     *
     * @param losses what that lost, as seen when nothing was written any longer, one line each;
     *     empty unless it was forced
     */
    record Done(NodeId primary, long epoch, List<String> losses) implements Outcome {
      public Done {
        losses = List.copyOf(losses);
      }
    }

    /** It was not done, and what was begun was undone, or is completed by the general rules. */
    record Refused(String why) implements Outcome {}
  }
}
