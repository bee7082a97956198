package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.check.Promise;

/**
 * One thing that breaks, and what is promised of it. Declares; {@link Exercise} puts the load on
 * and measures.
 */
public interface Drill {

  /** As it is called by on the command line. */
  String name();

  /** What is broken, in one line. */
  String story();

  Promise promise();

  Shape shape();

  /** Whether it can be run in containers, too. */
  default boolean inContainers() {
    return false;
  }

  /** Whether clients open another connection for one that was reset before it was accepted. */
  default boolean clientsReconnect() {
    return false;
  }

  /**
   * Breaks, and mends what does not mend itself, while the load is on.
   *
   * @throws dev.mainstay.stack.model.Problem if it could not be done, so that nothing was measured
   */
  void perform(Stage stage) throws InterruptedException;
}
