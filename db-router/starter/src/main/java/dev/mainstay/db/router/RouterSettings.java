package dev.mainstay.db.router;

import dev.mainstay.db.engine.Credentials;
import java.time.Duration;

/**
 * How a {@link Router} connects.
 *
 * @param schema the application's schema
 * @param application the account that reads and writes data
 * @param tls how much connections insist on TLS
 * @param pool bounds of the pools
 * @param consistency which reads may be served by a replica
 * @param primaryLease how old the primary's heartbeat may be for it to be read from like any other
 * @param causalWait how long a read that has to see something waits for a replica; 0 for not at all
 * @param hold how long a write waits for a primary; 0 for not at all
 * @param heldWrites how many writes may wait at once
 */
public record RouterSettings(
    String schema,
    Credentials application,
    Tls tls,
    PoolSettings pool,
    Consistency consistency,
    Duration primaryLease,
    Duration causalWait,
    Duration hold,
    int heldWrites) {

  public RouterSettings {
    if (causalWait.isNegative()) {
      throw new IllegalArgumentException(
          "causalWait is %s (expected: 0 or more)".formatted(causalWait));
    }
    if (hold.isNegative()) {
      throw new IllegalArgumentException("hold is %s (expected: 0 or more)".formatted(hold));
    }
    if (heldWrites < 0) {
      throw new IllegalArgumentException(
          "heldWrites is %d (expected: 0 or more)".formatted(heldWrites));
    }
  }
}
