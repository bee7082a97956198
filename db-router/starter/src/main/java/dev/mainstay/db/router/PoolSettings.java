package dev.mainstay.db.router;

import java.time.Duration;

/**
 * Bounds of the connection pools. There is one pool for each node and {@link Use}, so one
 * application holds at most {@code maximumReads + maximumWrites} connections to a node, besides its
 * monitor's one.
 *
 * @param maximumReads connections for reads to one node, 1 or more
 * @param maximumWrites connections for writes to the primary, 1 or more
 * @param minimumIdle connections kept open to a node that is in use, 0 or more
 * @param connectionTimeout how long a borrower waits for a connection, 250 ms or more
 * @param validationTimeout how long an idle connection has to show that it lives, 250 ms or more
 * @param idleTimeout when a connection above {@code minimumIdle} that nobody uses is closed
 * @param maxLifetime when a connection is replaced by a fresh one
 * @param connectTimeout how long a TCP connection may take to come about
 * @param socketTimeout how long the server may take to answer a statement
 */
public record PoolSettings(
    int maximumReads,
    int maximumWrites,
    int minimumIdle,
    Duration connectionTimeout,
    Duration validationTimeout,
    Duration idleTimeout,
    Duration maxLifetime,
    Duration connectTimeout,
    Duration socketTimeout) {

  public PoolSettings {
    atLeast("maximumReads", maximumReads, 1);
    atLeast("maximumWrites", maximumWrites, 1);
    atLeast("minimumIdle", minimumIdle, 0);
    atLeast("connectionTimeout", connectionTimeout, Duration.ofMillis(250));
    atLeast("validationTimeout", validationTimeout, Duration.ofMillis(250));
    atLeast("idleTimeout", idleTimeout, Duration.ofSeconds(10));
    atLeast("maxLifetime", maxLifetime, Duration.ofSeconds(30));
    atLeast("connectTimeout", connectTimeout, Duration.ofMillis(1));
    atLeast("socketTimeout", socketTimeout, Duration.ofMillis(1));
  }

  private static <T extends Comparable<T>> void atLeast(String name, T value, T least) {
    if (value.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          "%s is %s (expected: %s or more)".formatted(name, value, least));
    }
  }
}
