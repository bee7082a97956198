package dev.mainstay.db.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.local.testing.TestNode;
import dev.mainstay.db.local.testing.TestServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A copy by statements between two real MariaDB servers. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"MARIADB", "MARIADB_10_11"})
class LogicalCopyIT {

  private static final List<String> EVERYTHING =
      List.of(
          "CREATE DATABASE mainstay DEFAULT CHARACTER SET utf8mb4",
          """
          CREATE TABLE mainstay.b_kinds (
            id INT PRIMARY KEY AUTO_INCREMENT, ti TINYINT UNSIGNED, bi BIGINT, de DECIMAL(30,10),
            fl FLOAT, db DOUBLE, bt BIT(10), yr YEAR, da DATE, ti6 TIME(6), dt DATETIME(6),
            ts TIMESTAMP(6) NULL, en ENUM('a','é'), st SET('x','y','z'), js JSON,
            bl LONGBLOB, tx TEXT, la VARCHAR(20) CHARACTER SET latin1, va VARBINARY(300),
            uu UUID, ip INET6, po POINT, shown VARCHAR(40) AS (CONCAT('#', ti)) PERSISTENT,
            hidden INT INVISIBLE DEFAULT 5) ENGINE=InnoDB""",
          """
          INSERT INTO mainstay.b_kinds (ti, bi, de, fl, db, bt, yr, da, ti6, dt, ts, en, st, js, bl,
            tx, la, va, uu, ip, po, hidden) VALUES
          (255, -9223372036854775808, '12345678901234567890.0123456789', 0.1, 1e0/3, b'1010101010',
           2155, '2024-02-29', '-838:59:58.999999', '9999-12-31 23:59:59.999999',
           '2038-01-19 03:14:07.999999', 'é', 'x,z', '{"a": [1, "?", {"b": null}]}',
           UNHEX('00010A0D1A22275C7F80FEFF'), '😀 \\'"\\\\ ?', 'naïve', UNHEX('5C2700FF'),
           '123e4567-e89b-12d3-a456-426655440000', '2001:db8::ff', POINT(1.5, -2.25), 6),
          (0, 0, 0, 16777217, -0e0, b'0', 0, '1000-01-01', '00:00:00', '1000-01-01', NULL, 'a', '',
           '[]', '', '', '', '', NULL, NULL, NULL, NULL)""",
          "INSERT INTO mainstay.b_kinds (ti) VALUES (NULL)",
          """
          CREATE TABLE mainstay.a_child (id INT PRIMARY KEY, parent INT,
            CONSTRAINT to_parent FOREIGN KEY (parent) REFERENCES mainstay.b_kinds (id)) ENGINE=InnoDB""",
          "INSERT INTO mainstay.a_child VALUES (0, 1), (5, 2)",
          "CREATE TABLE mainstay.`odd ``name`` ?` (`a b` INT) ENGINE=InnoDB COMMENT 'it''s {odd} ?'",
          "INSERT INTO mainstay.`odd ``name`` ?` SELECT seq FROM seq_1_to_1234",
          "CREATE SEQUENCE mainstay.numbers START WITH 7 INCREMENT BY 3",
          "CREATE FUNCTION mainstay.twice (n INT) RETURNS INT DETERMINISTIC RETURN 2 * n",
          "CREATE PROCEDURE mainstay.say (OUT x INT) BEGIN SET x = 1; SET x = x + 1; END",
          "CREATE VIEW mainstay.z_first AS SELECT id, ti FROM mainstay.b_kinds",
          "CREATE VIEW mainstay.a_second AS SELECT mainstay.twice(ti) AS t FROM mainstay.z_first",
          "CREATE TRIGGER mainstay.on_child BEFORE INSERT ON mainstay.a_child FOR EACH ROW SET NEW.id = NEW.id + 1");

  private final TestServer server;
  private final EngineSql sql = new MariadbSql();

  @SuppressWarnings("NullAway.Init")
  private TestNode donor;

  @SuppressWarnings("NullAway.Init")
  private TestNode node;

  @SuppressWarnings("NullAway.Init")
  private Connection from;

  @SuppressWarnings("NullAway.Init")
  private Connection to;

  LogicalCopyIT(TestServer server) {
    this.server = server;
  }

  @BeforeEach
  void start() throws SQLException {
    List<TestNode> both =
        TestNode.blankCluster(
            // Else only an administrator may make functions and triggers.
            server.require(), 2, List.of("log_bin_trust_function_creators = 1"));
    donor = both.getFirst();
    node = both.getLast();
    from = donor.connect();
    to = node.connect();
    for (Connection each : List.of(from, to)) {
      sql.resetBlank(each);
      sql.promote(each, false);
      Sql.run(each, "SET GLOBAL read_only = 0");
    }
    sql.createControl(from, "one");
    sql.createControl(to, "one");
  }

  @AfterEach
  void stop() {
    if (donor != null) {
      donor.close();
    }
    if (node != null) {
      node.close();
    }
  }

  @Test
  void everyKindOfValueAndObjectIsCopiedAndNothingElseIsLeft() throws SQLException {
    for (String statement : EVERYTHING) {
      execute(from, statement);
    }
    sql.createAccounts(from, Trio.accounts());
    execute(from, "ALTER USER 'repl_db-2'@'%' ACCOUNT LOCK");
    execute(to, "CREATE DATABASE mainstay");
    execute(to, "CREATE TABLE mainstay.errant (id INT)");
    execute(to, "CREATE USER stranger@'%' IDENTIFIED BY 'x'");
    assertThat(sql.close(to)).isTrue();
    List<Integer> told = new ArrayList<>();

    sql.rebuild(to, source(), told::add);

    assertThat(sql.executed(to)).isEqualTo(sql.executed(from));
    assertThat(told).isSorted().isNotEmpty().allMatch(percent -> percent >= 0 && percent < 100);
    assertThat(objects(to)).isEqualTo(objects(from)).hasSizeGreaterThanOrEqualTo(12);
    assertThat(rows(to, "SELECT * FROM mainstay.a_second"))
        .isEqualTo(rows(from, "SELECT * FROM mainstay.a_second"))
        .hasSize(3);
    assertThat(accounts(to)).isEqualTo(accounts(from));
    assertThat(rows(to, "SELECT @@global.gtid_binlog_state")).containsExactly("");
  }

  @Test
  void copyThatBreaksOffLeavesTheNodeAsErrantAsItWas() throws SQLException {
    for (String statement : EVERYTHING.subList(0, 3)) {
      execute(from, statement);
    }
    // A view over nothing is shown by its source, and cannot be made anywhere.
    execute(from, "CREATE TABLE mainstay.gone (id INT)");
    execute(from, "CREATE VIEW mainstay.hollow AS SELECT id FROM mainstay.gone");
    execute(from, "DROP TABLE mainstay.gone");
    execute(to, "CREATE DATABASE mainstay");
    execute(to, "CREATE TABLE mainstay.errant (id INT)");
    assertThat(sql.close(to)).isTrue();
    var before = sql.executed(to);

    assertThatThrownBy(() -> sql.rebuild(to, source(), done -> {}))
        .isInstanceOf(SQLException.class);

    assertThat(sql.executed(to)).isEqualTo(before);
    assertThat(rows(to, "SELECT cluster_id FROM mainstay_control.cluster")).containsExactly("one");
    execute(from, "DROP VIEW mainstay.hollow");
    sql.rebuild(to, source(), done -> {});
    assertThat(objects(to)).isEqualTo(objects(from));
  }

  private Source source() {
    return new Source("127.0.0.1", donor.port(), Trio.CONTROLLER);
  }

  /** Every object as its server would make it again, and every table's checksum. */
  private static List<String> objects(Connection connection) throws SQLException {
    List<String> all = new ArrayList<>();
    for (String table :
        rows(
            connection,
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'mainstay' ORDER BY 1")) {
      String name = "mainstay.`" + table.replace("`", "``") + "`";
      all.addAll(rows(connection, "SHOW CREATE TABLE " + name));
      all.addAll(rows(connection, "CHECKSUM TABLE " + name));
    }
    for (String show :
        List.of(
            "SHOW CREATE FUNCTION mainstay.twice",
            "SHOW CREATE PROCEDURE mainstay.say",
            "SELECT next_not_cached_value FROM mainstay.numbers")) {
      try {
        all.addAll(rows(connection, show));
      } catch (SQLException none) {
        all.add("no answer to " + show);
      }
    }
    all.addAll(
        rows(
            connection,
            "SELECT CONCAT_WS(' ', TRIGGER_NAME, ACTION_STATEMENT, DEFINER, SQL_MODE) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'mainstay'"));
    all.addAll(rows(connection, "SELECT CONCAT(epoch, primary_node) FROM mainstay_control.epoch"));
    return all;
  }

  private static List<String> accounts(Connection connection) throws SQLException {
    List<String> all = new ArrayList<>();
    for (String user :
        rows(connection, "SELECT User FROM mysql.global_priv WHERE Host = '%' ORDER BY 1")) {
      all.addAll(rows(connection, "SHOW CREATE USER '%s'@'%%'".formatted(user)));
      all.addAll(rows(connection, "SHOW GRANTS FOR '%s'@'%%'".formatted(user)));
    }
    return all;
  }

  /** All columns of a row, joined. */
  private static List<String> rows(Connection connection, String query) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          values.add(String.valueOf(rows.getString(i)));
        }
        all.add(String.join("|", values));
      }
    }
    return all;
  }

  private static void execute(Connection connection, String statement) throws SQLException {
    if (rows(connection, "SHOW DATABASES").contains("mainstay")) {
      connection.setCatalog("mainstay");
    }
    try (Statement made = connection.createStatement()) {
      made.setEscapeProcessing(false);
      made.execute(statement);
    }
  }
}
