package dev.mainstay.gateway.upstream;

import java.time.Instant;
import java.util.Set;

/** A place in a pool's queue. */
public final class Ticket {

  private final Queue queue;
  private final Set<String> tried;
  private final String meantFor;
  private final Instant until;
  private final Waiter waiter;

  Ticket(Queue queue, Set<String> tried, String meantFor, Instant until, Waiter waiter) {
    this.queue = queue;
    this.tried = tried;
    this.meantFor = meantFor;
    this.until = until;
    this.waiter = waiter;
  }

  /**
   * Gives the place up, for a client that left.
   *
   * @return whether it was still waiting: then the waiter is never called; otherwise it has been,
   *     or is just being called
   */
  public boolean leave() {
    return queue.leave(this);
  }

  Set<String> tried() {
    return tried;
  }

  /** The server whose turn it was when the request came. */
  String meantFor() {
    return meantFor;
  }

  boolean isOver(Instant now) {
    return !now.isBefore(until);
  }

  Waiter waiter() {
    return waiter;
  }
}
