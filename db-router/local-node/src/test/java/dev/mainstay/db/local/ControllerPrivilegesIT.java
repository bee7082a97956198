package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.local.testing.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Two blank nodes become a semi-synchronous pair with the controller's account alone: what
 * FAILOVER.md has a controller say, said for real.
 */
@EachEngine
class ControllerPrivilegesIT {

  private final LocalEngine engine;

  ControllerPrivilegesIT(LocalEngine engine) {
    this.engine = engine;
  }

  @Test
  void areEnoughForAFailOver() throws SQLException {
    var nodes = TestNode.blankCluster(engine, 2);
    try (var primary = nodes.getFirst();
        var replica = nodes.getLast();
        var onPrimary = primary.connect();
        var onReplica = replica.connect()) {
      promote(onPrimary);
      makeAccounts(onPrimary);
      follow(onReplica, primary.port());

      run(onPrimary, "CREATE SCHEMA mainstay", "CREATE TABLE mainstay.notice (id INT PRIMARY KEY)");
      run(onPrimary, "INSERT INTO mainstay.notice VALUES (1)");

      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> value(onReplica, "SELECT COUNT(*) FROM mainstay.notice").equals("1"));
      assertThat(value(onPrimary, acknowledgingReplicas())).isEqualTo("1");
      assertThatThrownBy(() -> insertAs(replica, "app")).hasMessageContaining("read");

      fence(onPrimary, primary, onReplica);
      insertAs(replica, "app");
      rejoin(onPrimary, replica.port());
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> value(onPrimary, "SELECT COUNT(*) FROM mainstay.notice").equals("2"));
    }
  }

  private void promote(Connection node) throws SQLException {
    switch (engine) {
      case MYSQL ->
          run(
              node,
              "STOP REPLICA",
              "RESET REPLICA ALL",
              "SET GLOBAL rpl_semi_sync_replica_enabled=0",
              "SET GLOBAL rpl_semi_sync_source_enabled=0",
              "SET GLOBAL super_read_only=0",
              "SET GLOBAL read_only=0");
      case MARIADB ->
          run(
              node,
              "STOP SLAVE",
              "RESET SLAVE ALL",
              "SET GLOBAL rpl_semi_sync_slave_enabled=0",
              "SET GLOBAL read_only=0");
    }
  }

  private void makeAccounts(Connection node) throws SQLException {
    run(
        node,
        "CREATE SCHEMA mainstay_control",
        "CREATE TABLE mainstay_control.epoch (epoch BIGINT PRIMARY KEY)",
        "CREATE USER app@'%' IDENTIFIED BY 'app'",
        "CREATE USER migrate@'%' IDENTIFIED BY 'migrate'",
        "CREATE USER monitor@'%' IDENTIFIED BY 'monitor'",
        "CREATE USER 'repl_db-1'@'%' IDENTIFIED BY 'repl'",
        "CREATE USER 'repl_db-2'@'%' IDENTIFIED BY 'repl'",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON mainstay.* TO app@'%'",
        "GRANT ALL PRIVILEGES ON mainstay.* TO migrate@'%'",
        "GRANT SELECT ON mainstay_control.* TO monitor@'%'",
        "GRANT SELECT ON `mainstay\\_control`.* TO monitor@'%'",
        "GRANT REPLICATION SLAVE ON *.* TO 'repl_db-1'@'%', 'repl_db-2'@'%'");
    switch (engine) {
      case MYSQL ->
          run(
              node,
              "GRANT REPLICATION CLIENT, PROCESS ON *.* TO monitor@'%'",
              "GRANT SELECT ON performance_schema.* TO monitor@'%'",
              "GRANT BACKUP_ADMIN ON *.* TO 'repl_db-1'@'%', 'repl_db-2'@'%'");
      case MARIADB ->
          run(node, "GRANT SLAVE MONITOR, BINLOG MONITOR, PROCESS ON *.* TO monitor@'%'");
    }
    run(
        node,
        "ALTER USER 'repl_db-2'@'%' ACCOUNT LOCK",
        "ALTER USER 'repl_db-2'@'%' ACCOUNT UNLOCK",
        "SHOW GRANTS FOR app@'%'");
  }

  private void follow(Connection node, int port) throws SQLException {
    switch (engine) {
      case MYSQL ->
          run(
              node,
              "SET GLOBAL rpl_semi_sync_source_enabled=0",
              "SET GLOBAL rpl_semi_sync_replica_enabled=1",
              "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT="
                  + port
                  + ", SOURCE_USER='repl_db-2', SOURCE_PASSWORD='repl', SOURCE_AUTO_POSITION=1,"
                  + " GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1, SOURCE_RETRY_COUNT=86400,"
                  + " SOURCE_HEARTBEAT_PERIOD=1",
              "START REPLICA",
              "SHOW REPLICA STATUS");
      case MARIADB ->
          run(
              node,
              "SET GLOBAL rpl_semi_sync_master_enabled=0",
              "SET GLOBAL rpl_semi_sync_slave_enabled=1",
              "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT="
                  + port
                  + ", MASTER_USER='repl_db-2', MASTER_PASSWORD='repl', MASTER_USE_GTID=slave_pos,"
                  + " MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=1,"
                  + " MASTER_SSL_VERIFY_SERVER_CERT=0",
              "START SLAVE",
              "SHOW ALL SLAVES STATUS");
    }
  }

  /** Closes the old primary, whose dump threads are killed, and opens the replica. */
  private void fence(Connection old, TestNode oldNode, Connection next) throws SQLException {
    for (var dump :
        rows(
            old,
            "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'")) {
      run(old, "KILL " + dump);
    }
    assertThat(oldNode.isRunning()).isTrue();
    switch (engine) {
      case MYSQL -> run(old, "SET GLOBAL super_read_only=1");
      case MARIADB -> run(old, "SET GLOBAL read_only=1");
    }
    run(next, "SELECT GET_LOCK('mainstay', 1)");
    promote(next);
  }

  private void rejoin(Connection old, int port) throws SQLException {
    if (engine == LocalEngine.MARIADB) {
      run(old, "SET GLOBAL gtid_slave_pos=@@gtid_binlog_pos");
    }
    follow(old, port);
  }

  private String acknowledgingReplicas() {
    return switch (engine) {
      case MYSQL ->
          "SELECT COUNT(*) FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'";
      case MARIADB ->
          "SELECT COUNT(*) FROM information_schema.processlist WHERE command = 'Binlog Dump'";
    };
  }

  private static void insertAs(TestNode node, String account) throws SQLException {
    try (var connection = node.connect(account, account)) {
      run(connection, "INSERT INTO mainstay.notice VALUES (2)");
    }
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (var statement = connection.createStatement()) {
      for (var sql : statements) {
        try {
          statement.execute(sql);
        } catch (SQLException refused) {
          throw new SQLException(sql + ": " + refused.getMessage(), refused);
        }
      }
    }
  }

  private static String value(Connection connection, String query) throws SQLException {
    return rows(connection, query).getFirst();
  }

  private static List<String> rows(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      var rows = new java.util.ArrayList<String>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return List.copyOf(rows);
    }
  }
}
