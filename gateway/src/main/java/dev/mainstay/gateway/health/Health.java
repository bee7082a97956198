package dev.mainstay.gateway.health;

/** What was last observed of a server. */
public enum Health {
  UP,
  DOWN,
  /**
   * Not checked yet, or not checked while in maintenance; gets requests like a server that is up.
   */
  UNKNOWN
}
