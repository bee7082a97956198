package dev.mainstay.db.router;

import dev.mainstay.db.NodeState;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Where writes wait for a primary. A held write costs a parked (virtual) thread and nothing else:
 * no connection, no polling. All are woken by the first look that shows a primary.
 *
 * <p>The number of held writes is bounded: beyond it a write is refused at once, for more than that
 * would not be done in time anyway.
 */
final class Hold {

  /** What came of waiting. */
  sealed interface Outcome {
    /** There is a primary. */
    record Primary(NodeState node) implements Outcome {}

    /** There was none in time. */
    record TooLate() implements Outcome {}

    /** There is none, and no place to wait. */
    record Full() implements Outcome {}
  }

  private final Supplier<Optional<NodeState>> primary;
  private final int places;

  /**
   * Guards that a look which shows a primary does not go by between a write's look and its wait.
   */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition found = lock.newCondition();
  private final AtomicInteger held = new AtomicInteger();
  private final LongAdder releases = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  /**
   * @param primary the node that takes writes at this moment
   * @param places how many writes may wait at once
   */
  Hold(Supplier<Optional<NodeState>> primary, int places) {
    this.primary = primary;
    this.places = places;
  }

  /**
   * The primary, waited for if need be.
   *
   * @param deadline until when, by {@link System#nanoTime}
   * @param always waits even where all places are taken
   */
  Outcome await(long deadline, boolean always) throws InterruptedException {
    Optional<NodeState> now = primary.get();
    if (now.isPresent()) {
      return new Outcome.Primary(now.get());
    }
    long start = System.nanoTime();
    if (start - deadline >= 0) {
      return new Outcome.TooLate();
    }
    if (held.incrementAndGet() > places && !always) {
      held.decrementAndGet();
      return new Outcome.Full();
    }
    try {
      return waitFor(deadline);
    } finally {
      held.decrementAndGet();
      releases.increment();
      nanos.add(System.nanoTime() - start);
    }
  }

  private Outcome waitFor(long deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Optional<NodeState> now = primary.get();
        if (now.isPresent()) {
          return new Outcome.Primary(now.get());
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return new Outcome.TooLate();
        }
        found.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** A node was looked at: wakes all who wait, if there is a primary now. */
  void looked() {
    if (held.get() > 0 && primary.get().isPresent()) {
      lock.lock();
      try {
        found.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** How many writes wait now. */
  int held() {
    return held.get();
  }

  /** How many writes have waited, whatever came of it. */
  long releases() {
    return releases.sum();
  }

  /** How long all those waited together. */
  double total(TimeUnit unit) {
    return (double) nanos.sum() / unit.toNanos(1);
  }
}
