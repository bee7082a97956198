package dev.mainstay.db.engine;

import dev.mainstay.db.MariadbGtidSet;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * A copy of a MariaDB server's data by statements alone, at one position of its log, as {@code
 * mariadb-dump --single-transaction --master-data} takes it: schemas with their tables, sequences,
 * views, routines and triggers, and the accounts that may come from anywhere.
 *
 * <p>What the node held before, its binary log too, is thrown away. Until the very end it keeps its
 * position and the control schema, and thus shows what was wrong with it: a copy that breaks off
 * leaves a node that is still quarantined, and may be rebuilt again.
 *
 * <p>Every value passes as the bytes that the server makes of it: none is read as a number, a date
 * or a text here, so none is rounded, shifted or recoded.
 */
final class LogicalCopy {
  private static final Set<String> SYSTEM =
      Set.of("information_schema", "mysql", "performance_schema", "sys");

  /** One statement inserts as many at most, of as many bytes or little more. */
  private static final int ROWS = 500;

  private static final int BYTES = 1 << 20;

  private final Connection donor;
  private final Connection node;
  private final IntConsumer percent;
  private long expected;
  private long copied;

  /**
   * @param node closed, with the privileges to write all the same
   * @param percent is told how much is done, from 0 to 99
   */
  LogicalCopy(Connection donor, Connection node, IntConsumer percent) {
    this.donor = donor;
    this.node = node;
    this.percent = percent;
  }

  /** Copies all, and tells the position of the donor's log that the copy has. */
  MariadbGtidSet copy() throws SQLException {
    requireAllIsSeen(donor);
    requireAllIsSeen(node);
    prepare(donor);
    prepare(node);
    Sql.run(
        node,
        "SET SESSION sql_log_bin = 0",
        "SET SESSION foreign_key_checks = 0",
        "SET SESSION unique_checks = 0");
    Sql.run(
        donor,
        "SET SESSION net_write_timeout = 600",
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT");
    MariadbGtidSet position = position();
    Set<String> schemas = schemas(donor);
    expected = Math.max(1, size(schemas));
    Set<String> gone = schemas(node);
    gone.remove(EngineSql.CONTROL_SCHEMA);
    for (String schema : gone) {
      Sql.run(node, "DROP DATABASE " + quoted(schema));
    }
    for (String schema : schemas) {
      if (!schema.equals(EngineSql.CONTROL_SCHEMA)) {
        copySchema(schema);
      }
    }
    copyAccounts();
    replaceControl();
    Sql.run(donor, "COMMIT");
    Sql.run(node, "RESET MASTER");
    Sql.update(node, "SET GLOBAL gtid_slave_pos = ?", position.toString());
    return position;
  }

  /** The controller's account sees the schemas that it may change. */
  private static void requireAllIsSeen(Connection connection) throws SQLException {
    Set<String> seen = schemas(connection);
    for (String table : Sql.rows(connection, row -> row.getString(1), MariadbSql.TABLES)) {
      String schema = table.substring(0, Math.max(0, table.indexOf('/')));
      // A name with other than letters, digits and underscores is told in another spelling.
      boolean plain = !schema.isEmpty() && schema.indexOf('@') < 0;
      if (plain && !SYSTEM.contains(schema) && !seen.contains(schema)) {
        throw new SQLException(
            "schema %s is not the controller's to copy (expected: none but those that its account may change)"
                .formatted(schema));
      }
    }
  }

  private static void prepare(Connection connection) throws SQLException {
    Sql.run(
        connection,
        "SET SESSION time_zone = '+00:00'",
        "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,ALLOW_INVALID_DATES'",
        "SET SESSION sql_quote_show_create = 1");
  }

  /** Of the last transaction that the snapshot shows. */
  private MariadbGtidSet position() throws SQLException {
    Map<String, String> at =
        Sql.rows(
                donor,
                row -> Map.entry(row.getString(1).toLowerCase(Locale.ROOT), row.getString(2)),
                "SHOW STATUS LIKE 'binlog_snapshot_%'")
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    String file = at.getOrDefault("binlog_snapshot_file", "");
    long offset = Long.parseLong(at.getOrDefault("binlog_snapshot_position", "0"));
    if (file.isEmpty() || offset == 0) {
      throw new SQLException("the donor has no binary log (expected: log_bin)");
    }
    return MariadbGtidSet.parse(Sql.text(donor, "SELECT BINLOG_GTID_POS(?, ?)", file, offset));
  }

  private static Set<String> schemas(Connection connection) throws SQLException {
    Set<String> all =
        new TreeSet<>(Sql.rows(connection, row -> row.getString(1), "SHOW DATABASES"));
    all.removeIf(schema -> SYSTEM.contains(schema.toLowerCase(Locale.ROOT)));
    return all;
  }

  private long size(Set<String> schemas) throws SQLException {
    long all = 0;
    for (String schema : schemas) {
      all +=
          Sql.number(
              donor,
              "SELECT SUM(DATA_LENGTH) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?",
              schema);
    }
    return all;
  }

  private void copySchema(String schema) throws SQLException {
    execute(told("SHOW CREATE DATABASE " + quoted(schema), "Create Database"));
    node.setCatalog(schema);
    donor.setCatalog(schema);
    for (String kind : List.of("FUNCTION", "PROCEDURE")) {
      for (String name :
          names(
              "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? AND ROUTINE_TYPE = ?",
              schema,
              kind)) {
        program("SHOW CREATE %s %s".formatted(kind, quoted(name)), "Create " + capital(kind));
      }
    }
    for (String sequence : tables(schema, "SEQUENCE")) {
      execute(told("SHOW CREATE SEQUENCE " + quoted(sequence), "Create Table"));
      long next = Sql.number(donor, "SELECT next_not_cached_value FROM " + quoted(sequence));
      execute("SELECT SETVAL(%s, %d, 0)".formatted(quoted(sequence), next));
    }
    for (String table : tables(schema, "BASE TABLE")) {
      execute(told("SHOW CREATE TABLE " + quoted(table), "Create Table"));
      copyRows(schema, table);
    }
    copyViews(tables(schema, "VIEW"));
    for (String trigger :
        names(
            "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER",
            schema)) {
      program("SHOW CREATE TRIGGER " + quoted(trigger), "SQL Original Statement");
    }
  }

  /** A view may need another one, which it does not name in an order. */
  private void copyViews(List<String> views) throws SQLException {
    List<String> left = new ArrayList<>(views);
    while (!left.isEmpty()) {
      List<String> failed = new ArrayList<>();
      SQLException last = null;
      for (String view : left) {
        try {
          execute(told("SHOW CREATE VIEW " + quoted(view), "Create View"));
        } catch (SQLException e) {
          failed.add(view);
          last = e;
        }
      }
      if (last != null && failed.size() == left.size()) {
        throw last;
      }
      left = failed;
    }
  }

  /** With the mode that it was made in, which it keeps. */
  private void program(String show, String column) throws SQLException {
    String mode = told(show, "sql_mode");
    Sql.update(node, "SET SESSION sql_mode = ?", mode);
    try {
      execute(told(show, column));
    } finally {
      prepare(node);
    }
  }

  /** What a server told, as it told it. */
  private void execute(String told) throws SQLException {
    try (Statement statement = node.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(told);
    }
  }

  private String told(String show, String column) throws SQLException {
    return Sql.first(donor, row -> row.getString(column), show)
        .orElseThrow(
            () -> new SQLException("%s: no answer (expected: %s)".formatted(show, column)));
  }

  private List<String> tables(String schema, String type) throws SQLException {
    return names(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = ? ORDER BY TABLE_NAME",
        schema,
        type);
  }

  private List<String> names(String query, Object... values) throws SQLException {
    return Sql.rows(donor, row -> row.getString(1), query, values);
  }

  /** The values that are not made of others, each as bytes. */
  private record Column(String name, String type) {
    String asBytes() {
      return switch (type) {
        // In its own text a FLOAT has six digits.
        case "float" -> "CAST(CAST(%s AS DOUBLE) AS BINARY)".formatted(quoted(name));
        case "point",
            "linestring",
            "polygon",
            "geometry",
            "geometrycollection",
            "multipoint",
            "multilinestring",
            "multipolygon" ->
            quoted(name);
        default -> "CAST(%s AS BINARY)".formatted(quoted(name));
      };
    }
  }

  private void copyRows(String schema, String table) throws SQLException {
    List<Column> columns =
        Sql.rows(
            donor,
            row -> new Column(row.getString(1), row.getString(2).toLowerCase(Locale.ROOT)),
            """
            SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND IS_GENERATED = 'NEVER'
            ORDER BY ORDINAL_POSITION""",
            schema,
            table);
    String name = quoted(schema) + "." + quoted(table);
    String into =
        columns.stream()
            .map(column -> quoted(column.name()))
            .collect(Collectors.joining(", ", "INSERT INTO %s (".formatted(name), ") VALUES "));
    String query =
        columns.stream()
            .map(Column::asBytes)
            .collect(Collectors.joining(", ", "SELECT ", " FROM " + name));
    List<byte[][]> rows = new ArrayList<>();
    long bytes = 0;
    node.setAutoCommit(false);
    try (Statement statement =
        donor.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY)) {
      statement.setFetchSize(Integer.MIN_VALUE); // row by row, not the whole table in memory
      try (ResultSet found = statement.executeQuery(query)) {
        while (found.next()) {
          byte[][] row = new byte[columns.size()][];
          for (int i = 0; i < row.length; i++) {
            byte[] value = found.getBytes(i + 1);
            row[i] = value;
            bytes += value == null ? 1 : value.length;
          }
          rows.add(row);
          if (rows.size() == ROWS || bytes >= BYTES) {
            insert(into, rows, bytes);
            rows.clear();
            bytes = 0;
          }
        }
      }
      insert(into, rows, bytes);
    } finally {
      node.setAutoCommit(true);
    }
  }

  private void insert(String into, List<byte[][]> rows, long bytes) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    String row = "(" + String.join(", ", Collections.nCopies(rows.getFirst().length, "?")) + ")";
    String all = String.join(", ", Collections.nCopies(rows.size(), row));
    try (PreparedStatement insert = node.prepareStatement(into + all)) {
      int at = 1;
      for (byte[][] values : rows) {
        for (byte[] value : values) {
          insert.setBytes(at++, value);
        }
      }
      insert.executeUpdate();
    }
    node.commit();
    copied += bytes;
    percent.accept((int) Math.min(99, copied * 100 / expected));
  }

  /** Whoever may come from anywhere, but for this controller: those are the cluster's accounts. */
  private void copyAccounts() throws SQLException {
    String everywhere = "SELECT User FROM mysql.global_priv WHERE Host = '%' AND User <> ''";
    String own = Sql.text(node, "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)");
    Set<String> wanted = new TreeSet<>(Sql.rows(donor, row -> row.getString(1), everywhere));
    Set<String> there = new TreeSet<>(Sql.rows(node, row -> row.getString(1), everywhere));
    wanted.remove(own);
    there.remove(own);
    for (String user : there) {
      if (!wanted.contains(user)) {
        Sql.run(node, "DROP USER " + account(user));
      }
    }
    for (String user : wanted) {
      List<String> as = statements(donor, user);
      if (there.contains(user) && statements(node, user).equals(as)) {
        continue;
      }
      Sql.run(node, "DROP USER IF EXISTS " + account(user));
      for (String statement : as) {
        execute(statement);
      }
    }
  }

  private static List<String> statements(Connection connection, String user) throws SQLException {
    List<String> all = new ArrayList<>();
    all.addAll(Sql.rows(connection, row -> row.getString(1), "SHOW CREATE USER " + account(user)));
    Sql.rows(connection, row -> row.getString(1), "SHOW GRANTS FOR " + account(user)).stream()
        .map(grant -> withoutPassword(grant, user))
        .forEach(all::add);
    return all;
  }

  /** A grant on everything names the password once more, which only an administrator may set so. */
  private static String withoutPassword(String grant, String user) {
    String to = " TO " + quoted(user) + "@`%`";
    int at = grant.indexOf(to);
    if (at < 0) {
      return grant;
    }
    String more = " WITH GRANT OPTION";
    return grant.substring(0, at + to.length()) + (grant.endsWith(more) ? more : "");
  }

  /**
   * In one transaction, so that a node whose copy ends here belongs to its cluster all the same.
   */
  private void replaceControl() throws SQLException {
    node.setAutoCommit(false);
    try {
      for (String table : tables(EngineSql.CONTROL_SCHEMA, "BASE TABLE")) {
        String name = quoted(EngineSql.CONTROL_SCHEMA) + "." + quoted(table);
        List<List<Object>> rows =
            Sql.rows(
                donor,
                row -> {
                  List<Object> values = new ArrayList<>();
                  for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    values.add(row.getObject(i));
                  }
                  return values;
                },
                "SELECT * FROM " + name);
        Sql.update(node, "DELETE FROM " + name);
        for (List<Object> row : rows) {
          Sql.update(
              node,
              "INSERT INTO %s VALUES (%s)"
                  .formatted(name, String.join(", ", Collections.nCopies(row.size(), "?"))),
              row.toArray());
        }
      }
      node.commit();
    } finally {
      node.setAutoCommit(true);
    }
  }

  private static String capital(String word) {
    return word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT);
  }

  /** A name of any kind, as the server itself told it. */
  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  private static String account(String user) {
    return quoted(user) + "@'%'";
  }
}
