package dev.mainstay.gateway.upstream;

import dev.mainstay.gateway.health.Pulse;
import java.time.Instant;

/**
 * A server's life in a pool: what was sent to it and what its checks said. Its place in the roster
 * has the same id.
 */
public final class Member {

  private final String id;
  private final Tally tally = new Tally();
  private final Latencies latencies = new Latencies();

  /** Written under the pool's lock only. */
  private volatile Pulse pulse;

  /** When a request was refused last; under the pool's lock only. */
  private Instant refused = Instant.MIN;

  Member(String id, Pulse pulse) {
    this.id = id;
    this.pulse = pulse;
  }

  public String id() {
    return id;
  }

  public Tally tally() {
    return tally;
  }

  /**
   * How long the requests took that it was given, from the pick to the last byte or the failure.
   */
  public Latencies latencies() {
    return latencies;
  }

  public Pulse pulse() {
    return pulse;
  }

  void pulse(Pulse next) {
    pulse = next;
  }

  void refused(Instant now) {
    refused = now;
  }

  /** Whether a request has been refused since a check began, so that it says nothing any more. */
  boolean refusedSince(Instant begun) {
    return !refused.isBefore(begun);
  }
}
