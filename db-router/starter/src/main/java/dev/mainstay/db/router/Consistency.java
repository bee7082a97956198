package dev.mainstay.db.router;

/** Which reads may be served by a replica. */
public enum Consistency {
  /**
   * Whoever wrote sees the write, and from then on nothing older than what they saw last; all
   * others may read from any replica.
   */
  CAUSAL,
  /** Any read may be behind. */
  EVENTUAL,
  /** Every read goes to the primary while there is one. */
  PRIMARY
}
