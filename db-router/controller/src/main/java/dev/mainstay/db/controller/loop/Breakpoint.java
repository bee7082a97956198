package dev.mainstay.db.controller.loop;

/** Where a test may end this controller: right before each step. */
@FunctionalInterface
public interface Breakpoint {

  Breakpoint NONE = _ -> {};

  /**
   * Returns, or ends the process.
   *
   * @param step the step's simple name, or of the parts of taking office {@code
   *     TakeOffice.promote}, {@code TakeOffice.record}, {@code TakeOffice.open}
   */
  void before(String step);
}
