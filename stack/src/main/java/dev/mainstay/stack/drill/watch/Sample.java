package dev.mainstay.stack.drill.watch;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a node showed of itself at some instant between {@code from} and {@code to}.
 *
 * @param sight nothing if it did not answer
 */
public record Sample(String node, Instant from, Instant to, Optional<Sight> sight) {

  /**
   * A node's own words.
   *
   * @param serverId by which replicas name their source
   * @param open not read-only
   * @param waits whether a commit here waits for an acknowledgement: semi-sync is on as a source,
   *     and in force
   * @param ackers connected replicas that acknowledge, as this node believes
   * @param acknowledges the server id of the source that this node is connected to and sends
   *     acknowledgements to
   * @param epoch the newest on record here; nothing on a blank node
   * @param primary of that epoch; empty on a blank node
   * @param acknowledgedBy the acker set of that epoch, ids with commas between them
   */
  public record Sight(
      long serverId,
      boolean open,
      boolean waits,
      int ackers,
      OptionalLong acknowledges,
      OptionalLong epoch,
      String primary,
      String acknowledgedBy) {}
}
