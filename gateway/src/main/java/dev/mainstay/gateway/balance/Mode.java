package dev.mainstay.gateway.balance;

import java.util.Locale;

/** How a pool shares its requests among its servers. */
public enum Mode {
  /** Every usable active server takes its share. */
  ACTIVE_ACTIVE,
  /** The first usable server takes all, the others stand by. */
  ACTIVE_PASSIVE;

  /** The name outside: {@code active-active}, {@code active-passive}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The mode of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Mode parse(String text) {
    for (Mode mode : values()) {
      if (mode.text().equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "mode is \"%s\" (expected: active-active or active-passive)".formatted(text));
  }
}
