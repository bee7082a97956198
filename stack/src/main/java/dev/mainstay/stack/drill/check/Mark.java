package dev.mainstay.stack.drill.check;

import java.time.Instant;

/**
 * Something that the drill did.
 *
 * @param node to whom; empty if to no single process
 */
public record Mark(Instant at, Kind kind, String node, String what) {

  /** What it was for. */
  public enum Kind {
    /** Breaks something. */
    FAULT,
    /** Takes a fault back. */
    MEND,
    /** Asks for a planned change. */
    ORDER
  }
}
