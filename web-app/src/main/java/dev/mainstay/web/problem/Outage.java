package dev.mainstay.web.problem;

import dev.mainstay.db.router.Failures;
import dev.mainstay.db.router.NoPrimaryException;
import dev.mainstay.db.router.NoReadableNodeException;
import org.springframework.http.HttpHeaders;

/** Tells a database that cannot be had for a while from a bug. */
final class Outage {

  private static final String OUTCOME = "Mainstay-Outcome";
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
   * How a client is told: 503, when to try again, and, where a change may have been made for all
   * that is known, that its outcome is unknown. The same key tells later.
   */
  static HttpHeaders headers(Throwable failure, boolean change) {
    var headers = new HttpHeaders();
    headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    if (change && !isProvablyNotDone(failure)) {
      headers.set(OUTCOME, "unknown");
    }
    return headers;
  }

  /** There was no node to send it to. What was sent may have been done, answer or not. */
  private static boolean isProvablyNotDone(Throwable failure) {
    return NoPrimaryException.isCauseOf(failure);
  }
}
