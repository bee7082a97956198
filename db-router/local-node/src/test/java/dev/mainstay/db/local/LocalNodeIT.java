package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.local.testing.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
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
    node.close();
  }

  @Test
  void controllerLogsInAndHistoryIsEmpty() throws SQLException {
    try (var connection = node.connect()) {
      assertThat(value(connection, "SELECT CURRENT_USER()")).isEqualTo("controller@%");
      assertThat(value(connection, gtidExecuted())).isEmpty();
    }
  }

  @Test
  void nobodyElseLogsIn() throws SQLException {
    try (var connection = node.connect()) {
      assertThat(
              value(
                  connection,
                  "SELECT GROUP_CONCAT(CONCAT(user, '@', host) ORDER BY user) FROM mysql.user"))
          .isIn(
              "controller@%,mariadb.sys@localhost",
              "controller@%,mysql.infoschema@localhost,mysql.session@localhost,mysql.sys@localhost");
    }
    assertThatThrownBy(() -> node.connect("root", "")).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> node.connect("", "")).isInstanceOf(SQLException.class);
  }

  private String gtidExecuted() {
    return switch (engine) {
      case MYSQL -> "SELECT @@gtid_executed";
      case MARIADB -> "SELECT CONCAT(@@gtid_binlog_pos, @@gtid_slave_pos)";
    };
  }

  private static String value(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
