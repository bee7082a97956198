package dev.mainstay.stack.supervise;

/** Where a supervisor says what changed: one line a change. */
@FunctionalInterface
public interface Journal {

  void line(String text);
}
