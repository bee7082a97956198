package dev.mainstay.stack.model;

import java.time.Instant;

/** Where a process of the stack stands between what is wanted and what is. */
public sealed interface Phase {

  /** Not running; is started at {@code notBefore}. */
  record Waiting(Instant notBefore) implements Phase {}

  /** Running, and meant to. */
  record Running(Identity identity, Instant since) implements Phase {}

  /**
   * Running, and told to end.
   *
   * @param killAt from when on SIGKILL is used
   * @param then what follows its end: {@link Down}, or {@link Waiting} for a restart
   */
  record Ending(Identity identity, Instant killAt, Phase then) implements Phase {

    public Ending {
      if (!(then instanceof Down || then instanceof Waiting)) {
        throw new IllegalArgumentException(
            "then is %s (expected: down or waiting)".formatted(then));
      }
    }
  }

  /** Not running, and meant not to, until it is started by name. */
  record Down() implements Phase {}
}
