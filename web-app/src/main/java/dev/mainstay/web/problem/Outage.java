package dev.mainstay.web.problem;

import dev.mainstay.db.router.Failures;
import dev.mainstay.db.router.NoReadableNodeException;

/** Tells a database that cannot be had for a while from a bug. */
final class Outage {

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
}
