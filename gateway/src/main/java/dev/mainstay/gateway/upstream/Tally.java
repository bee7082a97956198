package dev.mainstay.gateway.upstream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What was sent to one server. Each number is exact; a reader sees them a moment apart. */
public final class Tally {

  final LongAdder requests = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder ejections = new LongAdder();
  private final AtomicInteger inFlight = new AtomicInteger();

  /** Requests given to this server, those that failed elsewhere before included. */
  public long requests() {
    return requests.sum();
  }

  /**
   * Requests that failed here and were then sent to another server, or here again if there was no
   * other.
   */
  public long retries() {
    return retries.sum();
  }

  /** Requests that this server failed: no connection, no response, or a response that broke off. */
  public long failures() {
    return failures.sum();
  }

  /** How often this server was ejected for errors of live requests. */
  public long ejections() {
    return ejections.sum();
  }

  /**
   * Requests given to this server that have not ended: no complete response, no failure, no client
   * that left.
   */
  public long inFlight() {
    return inFlight.get();
  }

  /** One more in flight, unless {@code most} are; 0 for no limit. */
  boolean enter(int most) {
    if (most == 0) {
      inFlight.incrementAndGet();
      return true;
    }
    int now = inFlight.get();
    while (now < most) {
      if (inFlight.compareAndSet(now, now + 1)) {
        return true;
      }
      now = inFlight.get();
    }
    return false;
  }

  void leave() {
    inFlight.decrementAndGet();
  }
}
