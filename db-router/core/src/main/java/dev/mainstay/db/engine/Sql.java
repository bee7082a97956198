package dev.mainstay.db.engine;

import java.util.regex.Pattern;

/** Safe pieces of SQL text. */
final class Sql {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_$-]{1,64}");

  private Sql() {}

  /** A schema's name in back quotes. */
  static String identifier(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "schema is '%s' (expected: 1-64 letters, digits, '_', '$' and '-')".formatted(name));
    }
    return "`" + name + "`";
  }

  /**
   * The same for {@code GRANT … ON schema.*}, where an underscore would stand for any character.
   */
  static String grantable(String schema) {
    return identifier(schema).replace("_", "\\_");
  }
}
