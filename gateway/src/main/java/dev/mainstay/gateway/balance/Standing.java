package dev.mainstay.gateway.balance;

/** What keeps a server in its pool. */
public enum Standing {
  /** The configuration or the operator named it: it stays until it is removed by name. */
  NAMED,
  /** DNS lists it: it stays until an answer comes without it. */
  LISTED,
  /**
   * DNS listed it once and no longer does: it takes no new request once another server can, and
   * goes when those in flight have ended.
   */
  LEAVING
}
