package dev.mainstay.db.router;

import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * A write found no primary to go to, or none of its connections free. Nothing was sent to any node:
 * the write is <em>provably not done</em> and may be tried again.
 *
 * <p>Spring and Hibernate wrap it; {@link #isCauseOf} finds it again, so that an application can
 * answer 503 rather than 500.
 */
public final class NoPrimaryException extends SQLTransientConnectionException {

  public NoPrimaryException(String reason) {
    super(reason, "08001");
  }

  public NoPrimaryException(String reason, Throwable cause) {
    super(reason, "08001", cause);
  }

  /** Whether {@code failure} came about because there was no primary. */
  public static boolean isCauseOf(@Nullable Throwable failure) {
    for (Throwable link = failure; link != null; link = link.getCause()) {
      if (link instanceof NoPrimaryException) {
        return true;
      }
    }
    return false;
  }
}
