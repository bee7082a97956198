package dev.mainstay.db.local;

import java.util.regex.Pattern;

/**
 * A database account and its password. The password is never part of what this record says of
 * itself.
 *
 * @param name letters, digits, {@code _} and {@code -}, 1 to 32 of them
 * @param password printable ASCII without spaces, 1 to 128 characters
 */
public record Account(String name, String password) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,32}");
  private static final Pattern PASSWORD = Pattern.compile("[!-~]{1,128}");

  public Account {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "account name is %s (expected: 1-32 letters, digits, _ or -)".formatted(name));
    }
    if (!PASSWORD.matcher(password).matches()) {
      throw new IllegalArgumentException(
          "the password of %s has other characters than printable ASCII without spaces, or not 1-128 of them"
              .formatted(name));
    }
  }

  /** The password as a string literal of SQL. */
  String passwordLiteral() {
    return "'" + password.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  @Override
  public String toString() {
    return "Account[name=" + name + "]";
  }
}
