package dev.mainstay.gateway.balance;

/** What the operator wants of a server; neither its health nor its weight changes it. */
public enum State {
  /** Takes requests. */
  READY,
  /** Takes no new request; those in flight finish, and it is still checked. */
  DRAIN,
  /** Takes no request and is not checked. */
  MAINT
}
