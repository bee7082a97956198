package dev.mainstay.db.router;

import dev.mainstay.db.NodeId;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is lent out. It knows how far its transaction has come, so that after a loss it
 * is certain whether COMMIT was sent; and it can be aborted by others.
 *
 * <p>What commits by its own text (a statement {@code COMMIT}, DDL) is not noticed.
 */
final class Lease implements InvocationHandler {

  /** How far the transaction has come. */
  enum Phase {
    /** Nothing of it can last: no statement yet, or no COMMIT, or it was rolled back. */
    UNCOMMITTED,
    /** COMMIT was sent, and not answered. */
    COMMITTING,
    /** A commit was answered, or a statement was run that commits itself. */
    COMMITTED
  }

  /** Hears, on the borrower's thread, what its later reads depend on. */
  interface Progress {

    /** Nobody's reads depend on it. */
    Progress UNHEARD =
        new Progress() {
          @Override
          public void committed() {}

          @Override
          public void inDoubt() {}

          @Override
          public void returned() {}
        };

    /** A COMMIT was answered. */
    void committed();

    /** A COMMIT was sent, and its answer lost. */
    void inDoubt();

    /**
     * The connection is about to be given back in working order, after reads, or after statements
     * that may have committed themselves.
     */
    void returned();
  }

  private static final String CLOSED = "08003";

  private final Connection target;
  private final Connection proxy;
  private final NodeId node;
  private final Use use;
  private final ServerRun run;
  private final long session;
  private final LongSupplier epoch;
  private final OptionalLong deadline;
  private final Progress progress;
  private final Consumer<Lease> onReturn;

  /**
   * Guards the fields below: whether a COMMIT was sent before or after an abort must be certain.
   */
  private final Object state = new Object();

  private Phase phase = Phase.UNCOMMITTED;

  /** Whether there may be something to commit. */
  private boolean began;

  private boolean aborted;

  /** Whether there may be something that {@link Progress#returned} is for. */
  private boolean telling;

  private @Nullable SentCommit sent;

  /**
   * @param epoch in force, asked when a COMMIT is sent
   * @param deadline until when its borrower waits, by {@link System#nanoTime}, if it says so
   * @param progress hears how it fares
   * @param onReturn is told when the connection is given back
   */
  Lease(
      Connection target,
      NodeId node,
      Use use,
      ServerRun run,
      long session,
      LongSupplier epoch,
      OptionalLong deadline,
      Progress progress,
      Consumer<Lease> onReturn) {
    this.target = target;
    this.node = node;
    this.use = use;
    this.run = run;
    this.session = session;
    this.epoch = epoch;
    this.deadline = deadline;
    this.progress = progress;
    this.onReturn = onReturn;
    this.proxy =
        (Connection)
            Proxy.newProxyInstance(
                Lease.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
  }

  /** What the borrower gets. */
  Connection connection() {
    return proxy;
  }

  NodeId node() {
    return node;
  }

  Use use() {
    return use;
  }

  OptionalLong deadline() {
    return deadline;
  }

  ServerRun run() {
    return run;
  }

  Phase phase() {
    synchronized (state) {
      return phase;
    }
  }

  boolean isAborted() {
    synchronized (state) {
      return aborted;
    }
  }

  /** The COMMIT that was sent; there is one in phase COMMITTING. */
  @Nullable SentCommit sent() {
    synchronized (state) {
      return sent;
    }
  }

  /** Breaks the connection, whatever its borrower waits for. */
  void abort() {
    synchronized (state) {
      if (aborted) {
        return;
      }
      aborted = true;
    }
    // On a thread of its own: closing a socket may wait for its user.
    Thread.ofVirtual()
        .name("mainstay-db-abort")
        .start(
            () -> {
              try {
                target.abort(Runnable::run);
              } catch (SQLException e) {
                // It is being thrown away; whatever it says about that is of no use to anyone.
              }
            });
  }

  @Override
  public @Nullable Object invoke(Object self, Method method, Object @Nullable [] args)
      throws Throwable {
    return switch (method.getName()) {
      case "equals" -> args != null && isProxy(args[0]);
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> "%s-%s %s".formatted(node, use, target);
      case "commit" -> commit(method, args);
      case "rollback" -> {
        if (args == null) {
          begin(false);
        }
        yield pass(method, args);
      }
      case "setAutoCommit" ->
          args != null && Boolean.TRUE.equals(args[0]) && commitsByAutoCommit()
              ? commit(method, args)
              : pass(method, args);
      case "createStatement", "prepareStatement", "prepareCall" -> {
        if (use == Use.WRITE && target.getAutoCommit()) {
          synchronized (state) {
            phase = Phase.COMMITTED;
            telling = true;
          }
        } else {
          begin(true);
        }
        yield pass(method, args);
      }
      case "close" -> {
        tell();
        onReturn.accept(this);
        yield pass(method, args);
      }
      default -> pass(method, args);
    };
  }

  @SuppressWarnings("ReferenceEquality") // a connection equals itself only
  private boolean isProxy(@Nullable Object other) {
    return other == proxy;
  }

  private void begin(boolean begun) {
    synchronized (state) {
      began = begun;
      telling |= begun && use == Use.READ;
    }
  }

  private void tell() throws SQLException {
    boolean tells;
    synchronized (state) {
      tells = telling && !aborted && !target.isClosed();
      telling = false;
    }
    if (tells) {
      progress.returned();
    }
  }

  /** Switching autocommit on commits what was begun. */
  private boolean commitsByAutoCommit() throws SQLException {
    synchronized (state) {
      return began && !aborted && !target.isClosed();
    }
  }

  private @Nullable Object commit(Method method, Object @Nullable [] args) throws Throwable {
    synchronized (state) {
      if (aborted || target.isClosed()) {
        throw new SQLNonTransientConnectionException(
            "the connection was lost before COMMIT was sent", CLOSED);
      }
      if (phase == Phase.UNCOMMITTED) {
        phase = Phase.COMMITTING;
        sent = new SentCommit(node, run, session, epoch.getAsLong());
      }
    }
    try {
      Object nothing = pass(method, args);
      synchronized (state) {
        phase = Phase.COMMITTED;
        began = false;
      }
      if (use == Use.WRITE) {
        progress.committed();
      }
      return nothing;
    } catch (SQLException e) {
      if (Failures.isReadOnlyNode(e)) {
        // The server's word: it was rolled back.
        synchronized (state) {
          phase = phase == Phase.COMMITTING ? Phase.UNCOMMITTED : phase;
        }
      } else if (use == Use.WRITE && (Failures.isLossOfNode(e) || isAborted())) {
        progress.inDoubt();
      }
      throw e;
    }
  }

  private @Nullable Object pass(Method method, Object @Nullable [] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
