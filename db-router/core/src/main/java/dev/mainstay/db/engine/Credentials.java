package dev.mainstay.db.engine;

import java.util.regex.Pattern;

/** An account's name and password. Its text never shows the password. */
public record Credentials(String username, String password) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,32}");

  public Credentials {
    if (!NAME.matcher(username).matches()) {
      throw new IllegalArgumentException(
          "username is '%s' (expected: 1-32 letters, digits, '_', '.' and '-')"
              .formatted(username));
    }
    if (password.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "password of %s holds a control character (expected: printable text)"
              .formatted(username));
    }
  }

  @Override
  public String toString() {
    return "Credentials[username=%s, password=***]".formatted(username);
  }
}
