package dev.mainstay.web.idempotency;

import java.util.Optional;

/** What became of a post with a key. */
public sealed interface Posted<R> {

  /** It was done now. */
  record Created<R>(R resource) implements Posted<R> {}

  /** It had been done before; this is what was made then. */
  record Replayed<R>(R resource) implements Posted<R> {}

  /**
   * The key had been used before, for something else; nothing was done.
   *
   * @param earlier what was made then, if it is of the kind that was to be made now
   */
  record KeyReused<R>(Optional<R> earlier) implements Posted<R> {}
}
