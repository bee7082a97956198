package dev.mainstay.gateway.upstream;

import java.time.Duration;

/**
 * How many requests a pool's servers get at a time, and how those wait that come above.
 *
 * @param maxConnections requests in flight at one server, 1-1000000; 0 for no limit
 * @param queue requests that may wait, 0-1000000; 0 for none
 * @param queueTimeout how long a request waits before it is turned away
 */
public record Limits(int maxConnections, int queue, Duration queueTimeout) {

  /** No limit, and so no queue. */
  public static final Limits NONE = new Limits(0, 0, Duration.ofSeconds(5));

  public Limits {
    checkCount("max-connections", maxConnections);
    checkCount("queue", queue);
    if (queueTimeout.toMillis() < 1 || queueTimeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "queue-timeout is %d ms (expected: 1 ms - 1 h)".formatted(queueTimeout.toMillis()));
    }
  }

  private static void checkCount(String name, int value) {
    if (value < 0 || value > 1_000_000) {
      throw new IllegalArgumentException("%s is %d (expected: 0-1000000)".formatted(name, value));
    }
  }
}
