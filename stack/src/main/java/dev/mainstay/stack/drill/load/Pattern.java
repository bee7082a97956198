package dev.mainstay.stack.drill.load;

import java.time.Duration;

/**
 * Who asks how often. Readers and writers are clients of their own: a writer that waits for a new
 * primary would otherwise keep the reads from going on, which are to be measured too.
 *
 * @param patience after which a client gives a request up
 * @param doubles whether a write whose outcome is unknown is simply sent again under a new key: the
 *     mistake that doubles writes, made on purpose to see whether the check finds it
 * @param reconnects whether a client whose new connection is reset before a byte of an answer opens
 *     another: a listener that closes resets those that it has not accepted yet
 */
public record Pattern(
    int readers,
    int writers,
    int readsPerSecond,
    int writesPerSecond,
    Duration patience,
    boolean doubles,
    boolean reconnects) {

  /** 12 clients, 75 requests a second, of which 40 % write; after 20 s a request has failed. */
  public static final Pattern STANDARD = new Pattern(7, 5, 45, 30, Duration.ofSeconds(20), false);

  /** The least load under which a promise is measured, in requests a second. */
  public static final int LEAST_PER_SECOND = 60;

  /** One whose clients give up what is reset. */
  public Pattern(
      int readers,
      int writers,
      int readsPerSecond,
      int writesPerSecond,
      Duration patience,
      boolean doubles) {
    this(readers, writers, readsPerSecond, writesPerSecond, patience, doubles, false);
  }

  public Pattern {
    check("readers", readers, 0, 100);
    check("writers", writers, 1, 100);
    check("readsPerSecond", readsPerSecond, readers == 0 ? 0 : 1, 10_000);
    check("writesPerSecond", writesPerSecond, 1, 10_000);
    check("patience, ms", patience.toMillis(), 1, 600_000);
  }

  private static void check(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          "%s is %d (expected: %d-%d)".formatted(name, value, from, to));
    }
  }

  /** The same with clients that open another connection for one that was never accepted. */
  public Pattern reconnecting() {
    return new Pattern(readers, writers, readsPerSecond, writesPerSecond, patience, doubles, true);
  }

  int clients() {
    return readers + writers;
  }

  /** The clients are numbered from 1; the writers come first. */
  boolean writes(int client) {
    return client <= writers;
  }

  /** From one request of a client to its next. */
  Duration interval(int client) {
    return writes(client)
        ? Duration.ofSeconds(writers).dividedBy(writesPerSecond)
        : Duration.ofSeconds(readers).dividedBy(readsPerSecond);
  }
}
