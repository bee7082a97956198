package dev.mainstay.gateway.upstream;

/**
 * Who waits for a server that has room. Exactly one of the two is called, once, on the thread that
 * has made room, or that has found out that there will be none; it must not block.
 */
public interface Waiter {

  /** The turn has come; the attempt is in flight, and must be ended like any other. */
  void admitted(Attempt attempt);

  void turnedAway(Refusal why);

  /** Why a request does not get a server. */
  enum Refusal {
    /** No server may take it: the operator took every one out, or it was tried on all. */
    NOBODY,
    /** As many wait as may. */
    QUEUE_FULL,
    /** It waited as long as it may. */
    QUEUE_TIMEOUT
  }
}
