package dev.mainstay.gateway.upstream;

import java.util.concurrent.atomic.LongAdder;

/** What was sent to one server. Each number is exact; a reader sees them a moment apart. */
public final class Tally {

  final LongAdder requests = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder inFlight = new LongAdder();

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

  /**
   * Requests given to this server that have not ended: no complete response, no failure, no client
   * that left.
   */
  public long inFlight() {
    return inFlight.sum();
  }
}
