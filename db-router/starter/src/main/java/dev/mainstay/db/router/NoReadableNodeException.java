package dev.mainstay.db.router;

import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** A read found no node to go to: no replica and no primary gave a connection. */
public final class NoReadableNodeException extends SQLTransientConnectionException {

  public NoReadableNodeException(String reason, @Nullable Throwable cause) {
    super(reason, "08001", cause);
  }
}
