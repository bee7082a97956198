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

  /** How long a write waits for somebody who makes it safe. */
  static final Duration HOLD = Duration.ofSeconds(8);

  private Limits() {}
}
