package dev.mainstay.db.router;

import dev.mainstay.db.NodeId;

/**
 * A COMMIT that was sent and never answered: it may be done, may not be done, or may be done later.
 *
 * @param node to which it was sent
 * @param run the server process there
 * @param session the number of its session on that server
 * @param epoch in force when it was sent, as far as known; 0 if none was known
 */
record SentCommit(NodeId node, ServerRun run, long session, long epoch) {

  /**
   * What is known of the primary on which its outcome is looked up, asked on the very connection of
   * the lookup and before it.
   *
   * @param node the primary
   * @param run its server process
   * @param epoch in force, at least
   * @param open whether it takes writes; a node that does not may lack transactions that others
   *     hold
   * @param hasSession whether a session of that number is there
   */
  record Sight(NodeId node, ServerRun run, long epoch, boolean open, boolean hasSession) {}

  /** What a lookup proves. */
  enum Verdict {
    /** The transaction was committed, and at least one replica holds it. */
    DONE,
    /** It was not committed and never will be. */
    NOT_DONE,
    /** Neither is certain yet. */
    OPEN
  }

  /**
   * Decides by a lookup that was made on the primary.
   *
   * <p>An epoch alone proves nothing, for a change of the acker set is a new epoch too, under which
   * the old session may still commit. So:
   *
   * <table>
   * <caption>What a lookup proves</caption>
   * <tr><th>the primary is</th><th>found</th><th>not found</th></tr>
   * <tr><td>another node, of a later epoch</td><td>done</td>
   *     <td>not done: before it was opened it had all that could be acknowledged, and since then it
   *     receives nothing</td></tr>
   * <tr><td>the same node, started anew</td><td>done, once the epoch is a later one: its record was
   *     acknowledged after all that recovery brought back</td>
   *     <td>not done: recovery ends before a server takes connections, and it is opened only with
   *     all that others hold</td></tr>
   * <tr><td>the same process</td><td>done: what is waiting for an ack cannot be seen</td>
   *     <td>not done, once the session is gone</td></tr>
   * <tr><td>not open, or another node of no later epoch</td><td colspan="2">open</td></tr>
   * </table>
   */
  Verdict judge(Sight sight, boolean found) {
    if (!sight.open()) {
      return Verdict.OPEN;
    }
    boolean later = sight.epoch() > epoch;
    if (!sight.node().equals(node)) {
      return later ? of(found) : Verdict.OPEN;
    }
    if (sight.run().isAfter(run)) {
      return found && !later ? Verdict.OPEN : of(found);
    }
    return found || !sight.hasSession() ? of(found) : Verdict.OPEN;
  }

  private static Verdict of(boolean found) {
    return found ? Verdict.DONE : Verdict.NOT_DONE;
  }
}
