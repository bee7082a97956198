package dev.mainstay.db.router;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.transaction.TransactionSystemException;

/** What an exception of the driver means for routing, and in a few words for people. */
public final class Failures {

  /**
   * {@code ER_OPTION_PREVENTS_STATEMENT} (a node became {@code read_only}) and {@code
   * ER_READ_ONLY_MODE}: the connection is in order, but leads to the wrong node.
   */
  private static final Set<Integer> READ_ONLY_NODE = Set.of(1290, 1836);

  /**
   * {@code ER_SERVER_SHUTDOWN} and MariaDB's {@code ER_CONNECTION_KILLED}: a server that stops says
   * so to whoever it cuts off.
   */
  private static final Set<Integer> STOPPING_NODE = Set.of(1053, 1927);

  /** {@code ER_ACCESS_DENIED_ERROR}. */
  private static final int ACCESS_DENIED = 1045;

  private Failures() {}

  /** Whether the node knows no such account, or another password of it. */
  static boolean isAccessDenied(SQLException failure) {
    return failure.getErrorCode() == ACCESS_DENIED;
  }

  /** The same of what Spring or Flyway made of it. */
  public static boolean isAccessDenied(Throwable failure) {
    return any(failure, Failures::isAccessDenied);
  }

  /**
   * Whether the node refused a write because it is read-only: it is not, or no longer, the primary.
   */
  static boolean isReadOnlyNode(SQLException failure) {
    return READ_ONLY_NODE.contains(failure.getErrorCode());
  }

  /** The same of what Spring or Hibernate made of it. */
  static boolean isReadOnlyNode(Throwable failure) {
    return any(failure, Failures::isReadOnlyNode);
  }

  /** Whether the node could not be talked to at all, as opposed to answering with an error. */
  static boolean isLostContact(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && state.startsWith("08") && failure.getErrorCode() == 0;
  }

  /** Whether something failed because the node that it ran on went away meanwhile. */
  static boolean isLossOfNode(Throwable failure) {
    return any(failure, Failures::isLossOfNode);
  }

  static boolean isLossOfNode(SQLException failure) {
    return isLostContact(failure) || STOPPING_NODE.contains(failure.getErrorCode());
  }

  /**
   * Whether this is so of any of the causes. Where a rollback failed too, Spring keeps what it was
   * for beside the causes.
   */
  private static boolean any(Throwable failure, Predicate<SQLException> what) {
    for (Throwable link = failure; link != null; link = link.getCause()) {
      if (link instanceof SQLException sql && what.test(sql)) {
        return true;
      }
      if (link instanceof TransactionSystemException rollback
          && rollback.getApplicationException() != null
          && any(rollback.getApplicationException(), what)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether something failed only because there was no primary, or because it went away meanwhile:
   * it may be tried again when there is one, if doing it twice does no harm.
   */
  public static boolean isLackOfPrimary(Throwable failure) {
    return UnknownOutcomeException.isCauseOf(failure)
        || any(
            failure,
            sql -> isReadOnlyNode(sql) || isLossOfNode(sql) || sql instanceof NoPrimaryException);
  }

  /** The root of the matter, in one line. */
  public static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (root instanceof SocketTimeoutException) {
      return "no answer in time";
    }
    if (root instanceof ConnectException) {
      return "connection refused";
    }
    if (root instanceof EOFException) {
      return "connection lost";
    }
    String message = root.getMessage();
    return message == null || message.isBlank()
        ? root.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message).strip();
  }
}
