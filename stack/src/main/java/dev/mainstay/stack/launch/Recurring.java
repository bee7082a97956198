package dev.mainstay.stack.launch;

import dev.mainstay.stack.supervise.Journal;

/**
 * Work that is done again and again, whatever becomes of it. A scheduler drops for good, and
 * without a word, what throws once; so nothing is thrown here: a failure is told to the journal,
 * once for as long as it stays the same, and the next round tries anew.
 */
final class Recurring implements Runnable {

  private final String what;
  private final Runnable work;
  private final Journal journal;

  /** The failure that the journal knows of; empty after a round that went well. */
  private String told = "";

  /**
   * @param what names the work in the journal
   */
  Recurring(String what, Runnable work, Journal journal) {
    this.what = what;
    this.work = work;
    this.journal = journal;
  }

  @Override
  public void run() {
    try {
      work.run();
      told = "";
    } catch (Throwable failure) {
      tell(failure.toString());
    }
  }

  private void tell(String failure) {
    if (failure.equals(told)) {
      return;
    }
    try {
      journal.line("%s failed: %s".formatted(what, failure));
      told = failure;
    } catch (Throwable unheard) {
      // A full disk, perhaps. The next round that fails says it.
      told = "";
    }
  }
}
