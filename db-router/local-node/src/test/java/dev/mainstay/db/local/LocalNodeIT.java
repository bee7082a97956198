package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.local.testing.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/** A blank node of each engine, for real. */
@EachEngine
class LocalNodeIT {

  @SuppressWarnings("NullAway.Init") // started before the first test of the class
  private static TestNode node;

  private final LocalEngine engine;

  LocalNodeIT(LocalEngine engine) {
    this.engine = engine;
  }

  @BeforeParameterizedClassInvocation
  static void start(LocalEngine engine) {
    node = TestNode.blank(engine, 7);
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    Stream.ofNullable(node).forEach(TestNode::close); // none where it was skipped
  }

  @Test
  void temporaryTablesAreInAFolderOfItsOwn() throws SQLException {
    try (var connection = node.connect()) {
      assertThat(value(connection, "SELECT @@GLOBAL.tmpdir"))
          .isEqualTo(node.node().spec().scratch().toString());
    }
  }

  @Test
  void controllerLogsInAndHistoryIsEmpty() throws SQLException {
    try (var connection = node.connect()) {
      assertThat(value(connection, "SELECT CURRENT_USER()")).isEqualTo("controller@%");
      assertThat(value(connection, gtidExecuted())).isEmpty();
    }
  }

  @Test
  void isTheVersionThatWasFound() throws SQLException {
    var version = node.node().distribution().version();

    try (var connection = node.connect()) {
      assertThat(value(connection, "SELECT VERSION()")).startsWith(version.toString());
    }
    assertThat(Greeting.from(node.port(), Duration.ofSeconds(5)))
        .hasValueSatisfying(said -> assertThat(said).contains(version.toString()));
  }

  @Test
  void nobodyElseLogsInAndThereIsNoOtherSchema() throws SQLException {
    try (var connection = node.connect()) {
      assertThat(
              value(
                  connection,
                  "SELECT GROUP_CONCAT(CONCAT(user, '@', host) ORDER BY user) FROM mysql.user"))
          .isEqualTo(
              switch (engine) {
                case MYSQL ->
                    "controller@%,mysql.infoschema@localhost,mysql.session@localhost,mysql.sys@localhost";
                case MARIADB -> "controller@%,mariadb.sys@localhost";
              });
      assertThat(
              value(
                  connection,
                  "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name NOT IN"
                      + " ('mysql', 'sys', 'information_schema', 'performance_schema')"))
          .isEqualTo("0");
    }
    assertThatThrownBy(() -> node.connect("root", "")).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> node.connect("", "")).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> node.connect("mariadb.sys", "")).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> node.connect("mysql.sys", "")).isInstanceOf(SQLException.class);
  }

  /** FAILOVER.md, "Configuration". */
  @Test
  void startsInTheBootPosture() throws SQLException {
    var expected = new LinkedHashMap<>(common());
    expected.putAll(
        switch (engine) {
          case MYSQL -> ofMysql();
          case MARIADB -> ofMariadb();
        });
    var actual = new LinkedHashMap<String, String>();
    try (var connection = node.connect()) {
      for (var name : expected.keySet()) {
        actual.put(name, value(connection, "SELECT @@GLOBAL." + name));
      }
    }

    assertThat(actual).isEqualTo(expected);
  }

  private static Map<String, String> common() {
    return Map.ofEntries(
        Map.entry("server_id", "7"),
        Map.entry("log_bin", "1"),
        Map.entry("sync_binlog", "1"),
        Map.entry("sync_relay_log", "1"),
        Map.entry("binlog_format", "ROW"),
        Map.entry("read_only", "1"),
        Map.entry("skip_name_resolve", "1"),
        Map.entry("bind_address", "127.0.0.1"),
        Map.entry("socket", ""),
        Map.entry("local_infile", "0"),
        Map.entry("character_set_server", "utf8mb4"),
        Map.entry("performance_schema", "0"),
        Map.entry("innodb_buffer_pool_size", "33554432"));
  }

  private static Map<String, String> ofMysql() {
    return Map.ofEntries(
        Map.entry("innodb_flush_log_at_trx_commit", "1"),
        Map.entry("gtid_mode", "ON"),
        Map.entry("enforce_gtid_consistency", "ON"),
        Map.entry("super_read_only", "1"),
        Map.entry("skip_replica_start", "1"),
        Map.entry("relay_log_recovery", "0"),
        Map.entry("log_replica_updates", "1"),
        Map.entry("replica_preserve_commit_order", "1"),
        Map.entry("replica_net_timeout", "1"),
        Map.entry("rpl_stop_replica_timeout", "10"),
        Map.entry("rpl_semi_sync_source_enabled", "0"),
        Map.entry("rpl_semi_sync_replica_enabled", "0"),
        Map.entry("rpl_semi_sync_source_timeout", "1000000000000"),
        Map.entry("rpl_semi_sync_source_wait_point", "AFTER_SYNC"),
        Map.entry("rpl_semi_sync_source_wait_no_replica", "1"),
        Map.entry("persisted_globals_load", "0"));
  }

  private static Map<String, String> ofMariadb() {
    return Map.ofEntries(
        Map.entry("innodb_flush_log_at_trx_commit", "3"),
        Map.entry("gtid_strict_mode", "1"),
        Map.entry("log_slave_updates", "1"),
        Map.entry("slave_net_timeout", "1"),
        Map.entry("rpl_semi_sync_slave_kill_conn_timeout", "1"),
        Map.entry("rpl_semi_sync_master_enabled", "0"),
        Map.entry("rpl_semi_sync_slave_enabled", "0"),
        Map.entry("rpl_semi_sync_master_timeout", "1000000000000"),
        Map.entry("rpl_semi_sync_master_wait_point", "AFTER_SYNC"),
        Map.entry("rpl_semi_sync_master_wait_no_slave", "1"));
  }

  /** An option that no variable shows; a server that does not know one does not start. */
  @Test
  void mariadbRecoversAsAReplica() throws IOException {
    var recoversAsReplica =
        Files.readString(node.node().spec().configuration()).contains("\ninit_rpl_role=SLAVE\n");

    assertThat(recoversAsReplica).isEqualTo(engine == LocalEngine.MARIADB);
  }

  @Test
  void replicationDoesNotRunAndMysqlHasItsPlugins() throws SQLException {
    try (var connection = node.connect();
        var statement = connection.createStatement();
        var status =
            statement.executeQuery(
                switch (engine) {
                  case MYSQL -> "SHOW REPLICA STATUS";
                  case MARIADB -> "SHOW ALL SLAVES STATUS";
                })) {
      assertThat(status.next()).isFalse();
    }
    if (engine == LocalEngine.MYSQL) {
      try (var connection = node.connect()) {
        assertThat(
                value(
                    connection,
                    "SELECT GROUP_CONCAT(plugin_name ORDER BY plugin_name) FROM"
                        + " information_schema.plugins WHERE plugin_status = 'ACTIVE' AND plugin_name"
                        + " IN ('clone', 'rpl_semi_sync_source', 'rpl_semi_sync_replica')"))
            .isEqualTo("clone,rpl_semi_sync_replica,rpl_semi_sync_source");
      }
    }
  }

  @Test
  void passwordIsInNoArgumentNoEnvironmentAndNoFile() throws IOException {
    var password = TestNode.CONTROLLER.password();
    var process = Path.of("/proc", Long.toString(node.pid()));

    assertThat(text(process.resolve("cmdline"))).contains("defaults-file").doesNotContain(password);
    assertThat(text(process.resolve("environ"))).doesNotContain(password);
    assertThat(node.log()).isNotEmpty().doesNotContain(password);
    try (var files = Files.walk(node.node().spec().home())) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        assertThat(text(file).contains(password)).as(file.toString()).isFalse();
      }
    }
  }

  @Test
  void processIsTheServerItself() throws SQLException, IOException {
    assertThat(Files.readString(node.node().spec().pidFile()).strip())
        .isEqualTo(Long.toString(node.pid()));
  }

  @Test
  void restartsAndKillsKeepTheData() throws SQLException {
    try (var own = TestNode.blank(engine, 8)) {
      try (var connection = own.connect();
          var statement = connection.createStatement()) {
        open(statement);
        statement.execute("CREATE SCHEMA mainstay");
        statement.execute("CREATE TABLE mainstay.notice (title VARCHAR(100))");
        statement.execute("INSERT INTO mainstay.notice VALUES ('caf\u00e9 \ud83d\ude80')");
      }

      own.restart();
      own.kill();
      assertThat(own.node().answers()).isFalse();
      own.start();

      try (var connection = own.connect()) {
        assertThat(value(connection, "SELECT title FROM mainstay.notice"))
            .isEqualTo("caf\u00e9 \ud83d\ude80");
        assertThat(value(connection, "SELECT @@GLOBAL.read_only")).isEqualTo("1");
        assertThat(value(connection, gtidExecuted())).isNotEmpty();
      }
    }
  }

  private void open(Statement statement) throws SQLException {
    if (engine == LocalEngine.MYSQL) {
      statement.execute("SET GLOBAL super_read_only=0");
    }
    statement.execute("SET GLOBAL read_only=0");
  }

  /**
   * Trap: a MariaDB that is killed and recovers as a replica drops commits that it said were done.
   */
  @Test
  void whatANodeAcknowledgedAloneOutlivesAKill() throws SQLException {
    try (var own = TestNode.blank(engine, 10)) {
      int acknowledged = 0;
      for (int round = 0; round < 5; round++) {
        try (var connection = own.connect();
            var statement = connection.createStatement()) {
          open(statement);
          statement.execute("CREATE SCHEMA IF NOT EXISTS mainstay");
          statement.execute("CREATE TABLE IF NOT EXISTS mainstay.number (id INT PRIMARY KEY)");
          for (int write = 0; write < 20; write++) {
            statement.execute("INSERT INTO mainstay.number VALUES (%d)".formatted(acknowledged));
            acknowledged++;
          }
          own.kill();
        }
        own.start();
        try (var connection = own.connect()) {
          assertThat(value(connection, "SELECT COUNT(*) FROM mainstay.number"))
              .isEqualTo(Integer.toString(acknowledged));
        }
      }
    }
  }

  @Test
  void pausedNodeDoesNotAnswerAndWakesUp() throws SQLException {
    try (var own = TestNode.blank(engine, 9)) {
      own.pause();
      assertThat(own.isRunning()).isTrue();
      assertThat(own.node().answers()).isFalse();

      own.resume();
      try (var connection = own.connect()) {
        assertThat(value(connection, "SELECT 1")).isEqualTo("1");
      }
    }
  }

  private String gtidExecuted() {
    return switch (engine) {
      case MYSQL -> "SELECT @@gtid_executed";
      case MARIADB -> "SELECT CONCAT(@@gtid_binlog_pos, @@gtid_slave_pos)";
    };
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  private static String value(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
