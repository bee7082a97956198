package dev.mainstay.db.local;

import java.util.Locale;
import java.util.Optional;

/**
 * What a user asks for with {@code --db}: one engine by name, or the best that this machine can
 * have.
 */
public enum EngineChoice {
  /** MySQL where it can be had, else MariaDB. */
  AUTO,
  MYSQL,
  MARIADB;

  /** The choice of that name ({@code auto}, {@code mysql} or {@code mariadb}), if there is one. */
  public static Optional<EngineChoice> parse(String name) {
    return switch (name) {
      case "auto" -> Optional.of(AUTO);
      case "mysql" -> Optional.of(MYSQL);
      case "mariadb" -> Optional.of(MARIADB);
      default -> Optional.empty();
    };
  }

  /** The choice that allows exactly this engine. */
  public static EngineChoice of(LocalEngine engine) {
    return switch (engine) {
      case MYSQL -> MYSQL;
      case MARIADB -> MARIADB;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
