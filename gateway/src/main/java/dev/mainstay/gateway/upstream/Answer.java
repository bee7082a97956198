package dev.mainstay.gateway.upstream;

/**
 * What the gateway itself says to a request that no server answers.
 *
 * @param status 400-599
 * @param detail a whole sentence for the client
 * @param retryAfterSeconds when to come back; 0 for nothing to say of that
 */
public record Answer(int status, String detail, int retryAfterSeconds) {

  public Answer {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("status is %d (expected: 400-599)".formatted(status));
    }
  }

  /** To a request that was never given to a server. */
  public static Answer turnedAway(Pool pool, Waiter.Refusal why) {
    return switch (why) {
      case NOBODY -> nobody(pool);
      case QUEUE_FULL ->
          new Answer(
              503,
              "All servers of pool %s are busy, and as many requests wait as may."
                  .formatted(pool.name()),
              1);
      case QUEUE_TIMEOUT ->
          new Answer(
              503, "All servers of pool %s were busy for too long.".formatted(pool.name()), 1);
    };
  }

  private static Answer nobody(Pool pool) {
    return pool.roster().servers().isEmpty()
        ? new Answer(503, "Pool %s has no server yet: none was found.".formatted(pool.name()), 1)
        : new Answer(
            503,
            "No server of pool %s takes requests: all are drained, in maintenance or at weight 0."
                .formatted(pool.name()),
            5);
  }

  /** To a request that {@code server} failed and that goes to no other. */
  public static Answer after(Fault fault, Pool pool, String server) {
    return switch (fault) {
      case UNCONNECTED ->
          new Answer(503, "No server of pool %s can be reached.".formatted(pool.name()), 1);
      case LOST -> new Answer(502, "Server %s broke off before it answered.".formatted(server), 0);
      case LATE -> new Answer(504, "Server %s did not answer in time.".formatted(server), 0);
    };
  }
}
