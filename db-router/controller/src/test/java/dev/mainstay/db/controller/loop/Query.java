package dev.mainstay.db.controller.loop;

import dev.mainstay.db.controller.testing.ReplicatedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** One statement on a node, by a connection of its own. */
final class Query {

  private Query() {}

  static void run(ReplicatedCluster cluster, String node, String account, String... statements)
      throws SQLException {
    try (Connection connection = cluster.connect(node, account);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static List<String> column(ReplicatedCluster cluster, String node, String account, String query)
      throws SQLException {
    try (Connection connection = cluster.connect(node, account);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  static String value(ReplicatedCluster cluster, String node, String account, String query)
      throws SQLException {
    return column(cluster, node, account, query).getFirst();
  }
}
