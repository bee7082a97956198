package dev.mainstay.db.controller.loop;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;

/** Why a node could not be asked, in words that say what to look at. */
final class Reasons {

  private static final int ACCESS_DENIED = 1045;
  private static final int TOO_MANY_CONNECTIONS = 1040;

  private Reasons() {}

  static String why(SQLException e, String username) {
    if (e.getErrorCode() == ACCESS_DENIED) {
      return "access denied for user %s, check mainstay.controller.password".formatted(username);
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
