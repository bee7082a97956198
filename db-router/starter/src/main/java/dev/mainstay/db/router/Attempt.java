package dev.mainstay.db.router;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a piece of work that may be run again, on the thread that runs it: until when it may
 * wait, and which connections for writes it borrowed.
 */
final class Attempt {

  private static final ThreadLocal<@Nullable Attempt> CURRENT = new ThreadLocal<>();

  private final long deadline;
  private final @Nullable SentCommit inDoubt;
  private final List<Lease> leases = new CopyOnWriteArrayList<>();
  private volatile SentCommit.@Nullable Sight sight;

  private Attempt(long deadline, @Nullable SentCommit inDoubt) {
    this.deadline = deadline;
    this.inDoubt = inDoubt;
  }

  /** Work that may wait until this {@link System#nanoTime}. */
  static Attempt until(long deadline) {
    return new Attempt(deadline, null);
  }

  /** A lookup that is to decide a COMMIT in doubt. */
  static Attempt deciding(SentCommit inDoubt, long deadline) {
    return new Attempt(deadline, inDoubt);
  }

  /** The one that this thread is in, if any. */
  static @Nullable Attempt current() {
    return CURRENT.get();
  }

  /** Runs work in this attempt. */
  <T> T in(Work<T> work) throws Throwable {
    Attempt outer = CURRENT.get();
    CURRENT.set(this);
    try {
      return work.run();
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  /** What is run. */
  interface Work<T> {
    T run() throws Throwable;

    static <T> Work<T> of(Supplier<T> work) {
      return work::get;
    }
  }

  long deadline() {
    return deadline;
  }

  /** The COMMIT that this lookup is to decide, if it is one. */
  @Nullable SentCommit inDoubt() {
    return inDoubt;
  }

  /** What the lookup's connection told before the lookup. */
  SentCommit.@Nullable Sight sight() {
    return sight;
  }

  void sees(SentCommit.Sight seen) {
    sight = seen;
  }

  void borrows(Lease lease) {
    leases.add(lease);
  }

  List<Lease> leases() {
    return leases;
  }
}
