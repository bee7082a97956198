package dev.mainstay.stack.launch;

/** Tells a waiting person what is going on. */
@FunctionalInterface
public interface Progress {

  void say(String what);
}
