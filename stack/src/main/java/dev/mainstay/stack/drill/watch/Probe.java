package dev.mainstay.stack.drill.watch;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLSyntaxErrorException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalLong;

/** Asks one node what it is, in the words of its engine. */
public enum Probe {
  /** MySQL 8.4 and newer. */
  MYSQL(
      """
      SELECT @@global.server_id, @@global.read_only,
      (SELECT COUNT(*) FROM performance_schema.global_variables
       WHERE VARIABLE_NAME = 'rpl_semi_sync_source_enabled' AND VARIABLE_VALUE = 'ON'),
      COALESCE((SELECT VARIABLE_VALUE FROM performance_schema.global_status
       WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_status'), 'OFF'),
      COALESCE((SELECT VARIABLE_VALUE FROM performance_schema.global_status
       WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_clients'), 0),
      COALESCE((SELECT VARIABLE_VALUE FROM performance_schema.global_status
       WHERE VARIABLE_NAME = 'Rpl_semi_sync_replica_status'), 'OFF')""",
      "SHOW REPLICA STATUS",
      "Replica_IO_Running",
      "Source_Server_Id"),
  /** MariaDB 10.11 and newer. */
  MARIADB(
      """
      SELECT @@global.server_id, @@global.read_only, @@global.rpl_semi_sync_master_enabled,
      COALESCE((SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS
       WHERE VARIABLE_NAME = 'RPL_SEMI_SYNC_MASTER_STATUS'), 'OFF'),
      COALESCE((SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS
       WHERE VARIABLE_NAME = 'RPL_SEMI_SYNC_MASTER_CLIENTS'), 0),
      COALESCE((SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS
       WHERE VARIABLE_NAME = 'RPL_SEMI_SYNC_SLAVE_STATUS'), 'OFF')""",
      "SHOW ALL SLAVES STATUS",
      "Slave_IO_Running",
      "Master_Server_Id");

  private static final String EPOCH =
      """
      SELECT epoch, primary_node, ackers FROM mainstay_control.epoch
      ORDER BY epoch DESC LIMIT 1""";

  private final String state;
  private final String replication;
  private final String receiving;
  private final String source;

  Probe(String state, String replication, String receiving, String source) {
    this.state = state;
    this.replication = replication;
    this.receiving = receiving;
    this.source = source;
  }

  Sample.Sight look(Connection connection) throws SQLException {
    // Replication first: a node that is promoted in between is then seen without its old source.
    OptionalLong following = following(connection);
    try (Statement statement = connection.createStatement()) {
      Optional<Epoch> epoch = epoch(statement);
      try (ResultSet row = statement.executeQuery(state)) {
        if (!row.next()) {
          throw new SQLException("no answer");
        }
        boolean acknowledges = row.getString(6).equals("ON");
        return new Sample.Sight(
            row.getLong(1),
            !row.getBoolean(2),
            row.getBoolean(3) && row.getString(4).equals("ON"),
            row.getInt(5),
            acknowledges ? following : OptionalLong.empty(),
            epoch.map(known -> OptionalLong.of(known.number())).orElseGet(OptionalLong::empty),
            epoch.map(Epoch::primary).orElse(""),
            epoch.map(Epoch::ackers).orElse(""));
      }
    }
  }

  private OptionalLong following(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(replication)) {
      return row.next() && row.getString(receiving).equals("Yes")
          ? OptionalLong.of(row.getLong(source))
          : OptionalLong.empty();
    }
  }

  private record Epoch(long number, String primary, String ackers) {}

  private static Optional<Epoch> epoch(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(EPOCH)) {
      return row.next()
          ? Optional.of(new Epoch(row.getLong(1), row.getString(2), row.getString(3)))
          : Optional.empty();
    } catch (SQLSyntaxErrorException noControlSchemaYet) {
      return Optional.empty();
    }
  }
}
