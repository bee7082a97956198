package dev.mainstay.stack.cli;

/** What may be done with standard output. */
final class Terminal {

  private Terminal() {}

  /**
   * Colours are for terminals, and for people who did not ask for none. The command looks and
   * tells.
   */
  static boolean hasColours() {
    return Boolean.getBoolean("mainstay.colours");
  }

  static String bold(String text) {
    return paint("1", text);
  }

  static String green(String text) {
    return paint("32", text);
  }

  static String yellow(String text) {
    return paint("33", text);
  }

  static String red(String text) {
    return paint("31", text);
  }

  private static String paint(String colour, String text) {
    return hasColours() ? "\033[" + colour + "m" + text + "\033[0m" : text;
  }
}
