package dev.mainstay.web.problem;

import dev.mainstay.db.router.Failures;
import dev.mainstay.db.router.NoPrimaryException;
import dev.mainstay.db.router.NoReadableNodeException;
import dev.mainstay.db.router.UnknownOutcomeException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Tells a database that cannot be had for a while from a bug. */
final class Outage {

  /** What became of a change that is answered with 503: {@code refused} or {@code unknown}. */
  static final String OUTCOME = "Mainstay-Outcome";

  static final String REFUSED = "refused";
  private static final String UNKNOWN = "unknown";
  private static final String RETRY_AFTER_SECONDS = "2";

  private Outage() {}

  /** Whether this came about because no node could be reached, or none was open for writes. */
  static boolean isCauseOf(Throwable failure) {
    for (Throwable link = failure; link != null; link = link.getCause()) {
      if (link instanceof NoReadableNodeException) {
        return true;
      }
    }
    return Failures.isLackOfPrimary(failure);
  }

  /**
   * How a client is told: 503, when to try again, and of a change whether it was refused, that is
   * provably not done, or may have been made for all that is known. The same key tells later.
   */
  static HttpHeaders headers(Throwable failure, boolean change) {
    var headers = new HttpHeaders();
    headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    if (change) {
      headers.set(OUTCOME, isProvablyNotDone(failure) ? REFUSED : UNKNOWN);
    }
    return headers;
  }

  /** What a program had better do; the outcome is null for what only reads. */
  static String advice(@Nullable String outcome) {
    return switch (outcome) {
      case null -> "Try again a little later.";
      case REFUSED -> "Nothing was done. Try again with the same key.";
      default -> "Whether it was done is not known. Try again with the same key: it is done once.";
    };
  }

  /** There was no node to send it to. What was sent may have been done, answer or not. */
  private static boolean isProvablyNotDone(Throwable failure) {
    return NoPrimaryException.isCauseOf(failure) && !UnknownOutcomeException.isCauseOf(failure);
  }
}
