package dev.mainstay.db.router;

import java.util.Optional;

/**
 * Finds out whether a piece of work was committed, by what it wrote down in its own transaction:
 * typically a row under a key that the client chose.
 *
 * <p>It is asked when a COMMIT was sent and not answered, perhaps several times, each time in a
 * transaction of its own. It is always asked on the primary, and the router sees to it that what it
 * does not find then cannot be committed later. It must read that row only, and not take anybody's
 * word for it, such as a cache's.
 */
@FunctionalInterface
public interface CommitLookup<T> {

  /** The work's result as if it had just been done; empty if it was not committed. */
  Optional<T> recorded();
}
