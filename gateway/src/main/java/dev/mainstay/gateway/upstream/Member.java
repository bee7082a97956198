package dev.mainstay.gateway.upstream;

import dev.mainstay.gateway.health.Pulse;

/**
 * A server's life in a pool: what was sent to it and what its checks said. Its place in the roster
 * has the same id.
 */
public final class Member {

  private final String id;
  private final Tally tally = new Tally();

  /** Written under the pool's lock only. */
  private volatile Pulse pulse;

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

  public Pulse pulse() {
    return pulse;
  }

  void pulse(Pulse next) {
    pulse = next;
  }
}
