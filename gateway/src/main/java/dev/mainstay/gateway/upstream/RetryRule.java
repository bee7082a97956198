package dev.mainstay.gateway.upstream;

/**
 * Whether a request that failed may be sent again.
 *
 * <p>After a failed connection always, to every other server once, since nothing was sent. After
 * any other fault only if doing it twice is harmless (an idempotent method, or a request with an
 * idempotency key), all of it is still held, and fewer than {@code attempts} such retries were
 * made.
 *
 * @param attempts how many times a request is sent again after a fault other than a failed
 *     connection; 0 for never
 */
public record RetryRule(int attempts) {

  public RetryRule {
    if (attempts < 0 || attempts > 10) {
      throw new IllegalArgumentException("attempts is %d (expected: 0-10)".formatted(attempts));
    }
  }

  /**
   * Whether a request may be sent once more after {@code fault}.
   *
   * @param harmless whether the server may be asked twice
   * @param held whether the request can be sent again as a whole
   * @param retries how often it was sent again after faults other than a failed connection
   */
  public boolean permits(Fault fault, boolean harmless, boolean held, int retries) {
    return switch (fault) {
      case UNCONNECTED -> true;
      case LOST, LATE -> harmless && held && retries < attempts;
    };
  }
}
