package dev.mainstay.db.failover;

import java.time.Duration;

/**
 * What an operator chooses.
 *
 * @param patience how long a vacant office waits for what would be better than the next best: for
 *     the tail of a restarted primary to be fetched, for a replica to connect before one node goes
 *     on alone, and for a primary without ackers to find them again
 * @param absence after this an acker that is gone is taken out of the acker set
 * @param maxLag the applier of a switchover's target is at most this far behind
 * @param rebuild whether a node that holds what nobody else does is rebuilt unasked
 * @param flapping so many unplanned changes of office within the window, and no more
 */
public record Policy(
    Durability durability,
    Duration patience,
    Duration absence,
    Duration maxLag,
    boolean rebuild,
    int flapping,
    Duration window) {

  /** What is in force where nothing is configured. */
  public static final Policy DEFAULT =
      new Policy(
          Durability.AVAILABLE,
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          false,
          5,
          Duration.ofMinutes(10));

  public Policy {
    requirePositive("patience", patience);
    requirePositive("absence", absence);
    requirePositive("maxLag", maxLag);
    requirePositive("window", window);
    if (flapping < 1) {
      throw new IllegalArgumentException(
          "flapping is %d (expected: 1 or more)".formatted(flapping));
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("%s is %s (expected: positive)".formatted(name, value));
    }
  }
}
