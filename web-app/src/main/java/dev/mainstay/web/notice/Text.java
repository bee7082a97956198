package dev.mainstay.web.notice;

import org.jspecify.annotations.Nullable;

/** Text as people type it, made fit to be kept. */
final class Text {

  /** Every character but the control characters and halves of surrogate pairs. */
  static final String ONE_LINE = "[^\\p{Cc}\\p{Cs}]*";

  /** The same, and line breaks and tabs. */
  static final String LINES = "[[^\\p{Cc}\\p{Cs}]\\n\\t]*";

  private Text() {}

  /**
   * No space around it, line breaks as browsers and servers of all kinds agree on; nothing becomes
   * the empty text.
   */
  static String tidy(@Nullable String typed) {
    return typed == null ? "" : typed.replace("\r\n", "\n").replace('\r', '\n').strip();
  }
}
