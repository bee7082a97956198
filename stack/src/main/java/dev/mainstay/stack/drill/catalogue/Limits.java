package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.check.Promise;
import java.time.Duration;
import java.util.Optional;

/** The project's promises, as its contract words them. */
final class Limits {

  /** A primary that is killed. */
  static final Promise KILLED =
      new Promise(Duration.ofSeconds(2), Optional.empty(), Promise.Office.MOVES);

  /** A primary that falls silent: nobody is told, it has to be noticed. */
  static final Promise SILENT =
      new Promise(Duration.ofSeconds(5), Optional.empty(), Promise.Office.MOVES);

  /** A planned change. */
  static final Promise PLANNED =
      new Promise(Duration.ofMillis(500), Optional.empty(), Promise.Office.MOVES);

  /** A server that others stand in for at once, or that nobody needs. */
  static final Promise NOTHING_NOTICED =
      new Promise(Duration.ofSeconds(2), Optional.of(Duration.ofSeconds(2)), Promise.Office.STAYS);

  /** A server that falls silent: nobody is told, it has to be noticed. */
  static final Promise SERVER_SILENT =
      new Promise(Duration.ofSeconds(5), Optional.of(Duration.ofSeconds(5)), Promise.Office.STAYS)
          .answeredWithin(Duration.ofSeconds(5));

  /** Until somebody else serves it. */
  static final Duration NEW_CONNECTION = Duration.ofSeconds(1);

  /** How long a write waits for somebody who makes it safe. */
  static final Duration HOLD = Duration.ofSeconds(8);

  private Limits() {}
}
