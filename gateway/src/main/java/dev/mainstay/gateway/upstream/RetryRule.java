package dev.mainstay.gateway.upstream;

/**
 * Whether a request that failed may be sent again.
 *
 * <p>After a failed connection always, to every other server once, since nothing was sent. After
 * any other fault only if doing it twice is harmless (an idempotent method, or a request with an
 * idempotency key), all of it is still held, fewer than {@code attempts} such retries were made,
 * and the pool's budget is not spent ({@link Pool#mayRetry}).
 *
 * @param attempts how many times a request is sent again after a fault other than a failed
 *     connection; 0 for never
 * @param budgetPercent how many such retries the pool makes in ten seconds, in percent of its
 *     requests, 0-100
 * @param budgetFloor how many more
 */
public record RetryRule(int attempts, int budgetPercent, int budgetFloor) {

  public RetryRule {
    if (attempts < 0 || attempts > 10) {
      throw new IllegalArgumentException("attempts is %d (expected: 0-10)".formatted(attempts));
    }
    if (budgetPercent < 0 || budgetPercent > 100) {
      throw new IllegalArgumentException(
          "budget-percent is %d (expected: 0-100)".formatted(budgetPercent));
    }
    if (budgetFloor < 0 || budgetFloor > 1_000_000) {
      throw new IllegalArgumentException(
          "budget-floor is %d (expected: 0-1000000)".formatted(budgetFloor));
    }
  }

  /** With the usual budget: a fifth, and 100. */
  public RetryRule(int attempts) {
    this(attempts, 20, 100);
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

  /**
   * Whether a response of that status says that the server failed the request: 502 and 504, and
   * 503, unless it says {@code Retry-After}, for then it is the application's word.
   */
  public static boolean isFailure(int status, boolean retryAfter) {
    return switch (status) {
      case 502, 504 -> true;
      case 503 -> !retryAfter;
      default -> false;
    };
  }
}
