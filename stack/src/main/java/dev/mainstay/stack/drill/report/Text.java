package dev.mainstay.stack.drill.report;

import java.util.Locale;

/** Texts within a page. */
final class Text {

  private Text() {}

  /** Safe between tags and in quoted attributes. */
  static String safe(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); at++) {
      char letter = text.charAt(at);
      switch (letter) {
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '&' -> safe.append("&amp;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(letter < ' ' && letter != '\n' ? ' ' : letter);
      }
    }
    return safe.toString();
  }

  /** With a point, whatever the language of the machine. */
  @SuppressWarnings("AnnotateFormatMethod") // The annotation is in a library that is not here.
  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
