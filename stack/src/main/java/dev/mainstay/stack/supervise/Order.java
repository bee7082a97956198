package dev.mainstay.stack.supervise;

import org.jspecify.annotations.Nullable;

/**
 * What somebody asks of one process.
 *
 * @param forMillis with {@link Verb#KILL}: how long it stays down; null for the ordinary restart
 */
public record Order(Verb verb, String name, @Nullable Long forMillis) {

  /** The things that can be done to a process. */
  public enum Verb {
    KILL,
    PAUSE,
    RESUME,
    STOP,
    START,
    RESTART
  }

  public Order {
    if (forMillis != null && (verb != Verb.KILL || forMillis < 0)) {
      throw new IllegalArgumentException(
          "forMillis is %d with %s (expected: 0 or more, with KILL)".formatted(forMillis, verb));
    }
  }

  /** What became of an order. */
  public record Outcome(boolean done, String message) {

    static Outcome done(String message) {
      return new Outcome(true, message);
    }

    static Outcome refused(String message) {
      return new Outcome(false, message);
    }
  }
}
