package dev.mainstay.db.local;

/** What came of looking for an engine's programs. */
public sealed interface Finding {

  /** They are there. */
  record Found(Distribution distribution) implements Finding {}

  /**
   * They cannot be had on this machine.
   *
   * @param why one sentence for the user: what is missing and what would help
   */
  record Unavailable(String why) implements Finding {}
}
