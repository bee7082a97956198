package dev.mainstay.db.engine;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements. Values are bound, by the driver, which knows how the session quotes; names are
 * checked and quoted here. An error is passed on with the statement's text, in which bound values,
 * and thus passwords, do not appear.
 */
final class Sql {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_$-]{1,64}");

  private Sql() {}

  /** Reads one row. */
  interface Reading<T> {
    @Nullable T of(ResultSet row) throws SQLException;
  }

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

  static void run(Connection connection, String... statements) throws SQLException {
    for (String statement : statements) {
      update(connection, statement);
    }
  }

  /** Runs one statement and tells how many rows it changed. */
  static int update(Connection connection, String statement, Object... values) throws SQLException {
    try (PreparedStatement prepared = connection.prepareStatement(statement)) {
      bind(prepared, values);
      prepared.execute();
      return prepared.getUpdateCount();
    } catch (SQLException e) {
      throw of(statement, e);
    }
  }

  static <T> List<T> rows(Connection connection, Reading<T> reading, String query, Object... values)
      throws SQLException {
    try (PreparedStatement prepared = connection.prepareStatement(query)) {
      bind(prepared, values);
      try (ResultSet rows = prepared.executeQuery()) {
        List<T> found = new ArrayList<>();
        while (rows.next()) {
          T read = reading.of(rows);
          if (read != null) {
            found.add(read);
          }
        }
        return found;
      }
    } catch (SQLException e) {
      throw of(query, e);
    }
  }

  /** The first row, or nothing; a null in it is nothing too. */
  static <T> Optional<T> first(
      Connection connection, Reading<T> reading, String query, Object... values)
      throws SQLException {
    return rows(connection, reading, query, values).stream().findFirst();
  }

  static String text(Connection connection, String query, Object... values) throws SQLException {
    return first(connection, row -> row.getString(1), query, values).orElse("");
  }

  static long number(Connection connection, String query, Object... values) throws SQLException {
    return first(connection, row -> row.getLong(1), query, values).orElse(0L);
  }

  private static void bind(PreparedStatement prepared, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      prepared.setObject(i + 1, values[i]);
    }
  }

  private static SQLException of(String statement, SQLException e) {
    return new SQLException(
        "%s: %s".formatted(statement, e.getMessage()), e.getSQLState(), e.getErrorCode(), e);
  }
}
