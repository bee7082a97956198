package dev.mainstay.db.router;

import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * A write whose COMMIT was sent and not answered, and whose outcome could not be found out in time:
 * it may be done, or be done later. Only what the work wrote down in its transaction tells, once
 * there is a primary again. To run it again blindly would be a bug.
 */
public final class UnknownOutcomeException extends DataAccessResourceFailureException {

  public UnknownOutcomeException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether {@code failure} is, or came about by, an outcome that is not known. */
  public static boolean isCauseOf(@Nullable Throwable failure) {
    for (Throwable link = failure; link != null; link = link.getCause()) {
      if (link instanceof UnknownOutcomeException) {
        return true;
      }
    }
    return false;
  }
}
