package dev.mainstay.db.router;

import org.jspecify.annotations.Nullable;

/**
 * Lets whoever wrote see the write: for the rest of a request, its thread's reads go to the
 * primary.
 *
 * <p>The rule in force until causal tokens replace it. A request's edge {@linkplain #begin begins}
 * and {@linkplain #end ends} it on the thread that works for the request; in between a committed
 * write transaction is {@linkplain #wrote noted}. On a thread without a request nothing is
 * remembered.
 */
public final class OwnWrites {

  private static final class Request {
    private final Runnable onWrite;
    private boolean seen;

    Request(boolean seen, Runnable onWrite) {
      this.seen = seen;
      this.onWrite = onWrite;
    }
  }

  private static final ThreadLocal<@Nullable Request> CURRENT = new ThreadLocal<>();

  private OwnWrites() {}

  /**
   * A request starts on this thread.
   *
   * @param wroteBefore whether its sender wrote a moment ago
   * @param onWrite is run at each write transaction that the request commits
   */
  public static void begin(boolean wroteBefore, Runnable onWrite) {
    CURRENT.set(new Request(wroteBefore, onWrite));
  }

  /** The request ends on this thread. */
  public static void end() {
    CURRENT.remove();
  }

  /** A write transaction was committed on this thread. */
  public static void wrote() {
    Request request = CURRENT.get();
    if (request != null) {
      request.seen = true;
      request.onWrite.run();
    }
  }

  /** Whether reads on this thread go to the primary, for they must see what was just written. */
  public static boolean mustBeSeen() {
    Request request = CURRENT.get();
    return request != null && request.seen;
  }
}
