package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;

/** Why a node could not be asked, in words that say what to look at. */
final class Reasons {

  /** Follows what is wrong, and is followed by the rest of the key that holds it. */
  private static final String CHECK = ", check mainstay.controller.";

  private static final int ACCESS_DENIED = 1045;
  private static final int TOO_MANY_CONNECTIONS = 1040;

  private Reasons() {}

  static String why(SQLException e, String username) {
    if (e.getErrorCode() == ACCESS_DENIED) {
      return "access denied for user %s%spassword".formatted(username, CHECK);
    }
    if (e.getErrorCode() == TOO_MANY_CONNECTIONS) {
      return "too many connections";
    }
    if (isTimeout(e)) {
      return "does not answer";
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return "unknown host";
      }
      if (cause instanceof ConnectException) {
        return "refuses connections";
      }
    }
    String state = e.getSQLState();
    return state != null && state.startsWith("08") ? "the connection broke" : inShort(e);
  }

  /**
   * That the source of a replica takes another password of its account than the one it was told. An
   * account that is locked, as that of an expelled node is, is refused with another code.
   */
  static Optional<String> why(Reached replica) {
    NodeId id = replica.address().id();
    return replica
        .replication()
        .filter(status -> status.io() == ReplicaStatus.Io.CONNECTING)
        .flatMap(ReplicaStatus::ioFailure)
        .filter(failure -> failure.code() == ACCESS_DENIED)
        .map(
            _ ->
                "its source denies access to user %s%saccounts.replication.password"
                    .formatted(ControllerSettings.user(id), CHECK));
  }

  /** Whether a reason asks to look at a setting, so that somebody has to be told of it. */
  static boolean asksToCheck(String why) {
    return why.contains(CHECK);
  }

  /** The first line of the message; the driver's go on with an account of its packets. */
  static String inShort(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason was given");
  }

  /** No answer within the time-out, be it to a statement or to an attempt to connect. */
  static boolean isTimeout(SQLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      boolean connecting = cause instanceof ConnectException;
      if (cause instanceof SocketTimeoutException
          || (connecting && String.valueOf(cause.getMessage()).contains("timed out"))) {
        return true;
      }
    }
    return false;
  }
}
