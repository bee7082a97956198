package dev.mainstay.db.engine;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.Lineage;
import dev.mainstay.db.MysqlGtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.SemiSync;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/** MySQL 8.4 and 9.x, with the plugins semisync_source and semisync_replica loaded. */
final class MysqlSql extends CommonSql {

  private static final int KILL_DENIED = 1095;

  /** So long an applier may take to the end of what was received whole. */
  private static final Duration AT_WORK = Duration.ofMillis(500);

  /** And so long, if all that is left is the beginning of a transaction. */
  private static final Duration STARVING = Duration.ofSeconds(5);

  /** The server cannot start itself again; it has ended, and the copy is complete. */
  private static final int RESTART_FAILED = 3707;

  @Override
  public Engine engine() {
    return Engine.MYSQL;
  }

  @Override
  String nodeColumns() {
    // These two tables are there, and open to everyone, also while the performance schema is off.
    return """
        @@global.version AS version, @@global.server_id AS server_id, @@global.server_uuid AS server_uuid,
        @@global.read_only AS read_only, @@global.gtid_executed AS gtid_executed,
        UNIX_TIMESTAMP() AS now,
        (SELECT GROUP_CONCAT(CONCAT(VARIABLE_NAME, '=', VARIABLE_VALUE))
         FROM performance_schema.global_variables WHERE VARIABLE_NAME IN
         ('rpl_semi_sync_source_enabled', 'rpl_semi_sync_replica_enabled')) AS variables,
        (SELECT GROUP_CONCAT(CONCAT(VARIABLE_NAME, '=', VARIABLE_VALUE))
         FROM performance_schema.global_status WHERE VARIABLE_NAME IN
         ('Uptime', 'Rpl_semi_sync_source_status', 'Rpl_semi_sync_replica_status',
          'Rpl_semi_sync_source_clients', 'Rpl_semi_sync_source_wait_sessions')) AS status""";
  }

  @Override
  Observation.Reached reached(
      NodeAddress address,
      Instant at,
      ResultSet row,
      Control control,
      Optional<ReplicaStatus> replication)
      throws SQLException {
    Map<String, String> variables = pairs(row.getString("variables"));
    Map<String, String> status = pairs(row.getString("status"));
    boolean source = on(variables, "rpl_semi_sync_source_enabled");
    MysqlGtidSet executed = MysqlGtidSet.parse(row.getString("gtid_executed"));
    return new Observation.Reached(
        address,
        at,
        Engine.MYSQL,
        row.getString("version"),
        row.getLong("server_id"),
        control.clusterId(),
        row.getBoolean("read_only"),
        startedAt(row, status),
        executed,
        new Lineage.Mysql(row.getString("server_uuid"), executed),
        source ? replication.filter(MysqlSql::runs) : replication,
        new SemiSync(
            source,
            on(variables, "rpl_semi_sync_replica_enabled"),
            on(status, "rpl_semi_sync_source_status"),
            on(status, "rpl_semi_sync_replica_status"),
            count(status, "rpl_semi_sync_source_clients"),
            count(status, "rpl_semi_sync_source_wait_sessions")),
        control.epoch(),
        control.heartbeat(),
        control.leader());
  }

  private static boolean runs(ReplicaStatus status) {
    return status.io() != ReplicaStatus.Io.STOPPED || status.applying();
  }

  @Override
  Optional<ReplicaStatus> replication(Connection connection) throws SQLException {
    return Sql.first(
        connection,
        row ->
            new ReplicaStatus(
                row.getString("Source_Host"),
                row.getInt("Source_Port"),
                row.getLong("Source_Server_Id"),
                io(row.getString("Replica_IO_Running")),
                row.getString("Replica_SQL_Running").equals("Yes"),
                MysqlGtidSet.parse(row.getString("Retrieved_Gtid_Set")),
                failure(row, "IO"),
                failure(row, "SQL"),
                position(row, "Relay_Source_Log_File", "Exec_Source_Log_Pos")),
        "SHOW REPLICA STATUS");
  }

  @Override
  public GtidSet executed(Connection connection) throws SQLException {
    return MysqlGtidSet.parse(Sql.text(connection, "SELECT @@global.gtid_executed"));
  }

  @Override
  boolean awaitPiece(Connection connection, GtidSet gtids, Duration piece) throws SQLException {
    // A time-out of 0 would be none at all.
    return piece.isZero()
        ? Sql.number(connection, "SELECT GTID_SUBSET(?, @@global.gtid_executed)", gtids.toString())
            == 1
        : Sql.first(
                connection,
                row -> row.getLong(1),
                "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, %s)".formatted(seconds(piece)),
                gtids.toString())
            .filter(timedOut -> timedOut == 0)
            .isPresent();
  }

  @Override
  String tablesQuery() {
    return "SELECT NAME FROM information_schema.INNODB_TABLES";
  }

  @Override
  String lockedAccountsQuery() {
    return "SELECT User FROM mysql.user WHERE Host = '%' AND account_locked = 'Y'";
  }

  @Override
  Identified identified(String password) {
    // The server writes the hash, not the password, to its logs. Every account may change its own
    // password; a statement that somebody smuggled in does not know it.
    return new Identified(
        "IDENTIFIED WITH caching_sha2_password BY ? PASSWORD REQUIRE CURRENT", password);
  }

  @Override
  List<String> monitorPrivileges() {
    return List.of("REPLICATION CLIENT ON *.*", "SELECT ON `mainstay\\_control`.*");
  }

  @Override
  String readOnlyVariable() {
    return "super_read_only";
  }

  @Override
  long waitingCommits(Connection connection) throws SQLException {
    return status(connection, "Rpl_semi_sync_source_wait_sessions").map(Long::parseLong).orElse(0L);
  }

  @Override
  long ackers(Connection connection) throws SQLException {
    return status(connection, "Rpl_semi_sync_source_clients").map(Long::parseLong).orElse(0L);
  }

  @Override
  String ackTimeoutVariable() {
    return "rpl_semi_sync_source_timeout";
  }

  @Override
  boolean sourceEnabled(Connection connection) throws SQLException {
    return Sql.number(connection, "SELECT @@global.rpl_semi_sync_source_enabled") == 1;
  }

  @Override
  boolean waitsForAcks(Connection connection) throws SQLException {
    return status(connection, "Rpl_semi_sync_source_status").filter("ON"::equals).isPresent();
  }

  @Override
  public void resetBlank(Connection connection) throws SQLException {
    requireNoCopy(connection);
    requireBlank(connection);
    Sql.run(connection, "RESET BINARY LOGS AND GTIDS");
  }

  @Override
  public void stopReceiving(Connection connection) throws SQLException {
    Sql.run(connection, "STOP REPLICA IO_THREAD");
  }

  @Override
  public void promote(Connection connection, boolean acknowledged) throws SQLException {
    if (!acknowledged) {
      requireNoneWaiting(connection);
    }
    stopReplication(connection);
    Sql.run(connection, "RESET REPLICA ALL", "SET GLOBAL rpl_semi_sync_replica_enabled = 0");
    if (acknowledged) {
      waitForAcks(connection);
    } else {
      Sql.run(connection, "SET GLOBAL rpl_semi_sync_source_enabled = 0");
    }
  }

  @Override
  public void halt(Connection connection) throws SQLException {
    stopReplication(connection);
    Sql.run(connection, "SET GLOBAL rpl_semi_sync_replica_enabled = 0");
    waitForAcks(connection);
  }

  @Override
  public void forgetSource(Connection connection) throws SQLException {
    Sql.run(connection, "RESET REPLICA ALL");
  }

  @Override
  public void waitForAcks(Connection connection) throws SQLException {
    // In one statement, for writes wait for this.
    Sql.run(
        connection,
        """
        SET GLOBAL rpl_semi_sync_source_timeout = %s,
        GLOBAL rpl_semi_sync_source_wait_for_replica_count = 1,
        GLOBAL rpl_semi_sync_source_wait_no_replica = 1,
        GLOBAL rpl_semi_sync_source_enabled = 1"""
            .formatted(NO_LIMIT));
    if (!waitsForAcks(connection)) {
      Sql.run(
          connection,
          "SET GLOBAL rpl_semi_sync_source_enabled = 0",
          "SET GLOBAL rpl_semi_sync_source_enabled = 1");
    }
  }

  @Override
  public void admitController(Connection connection) throws SQLException {
    Sql.run(connection, "SET GLOBAL super_read_only = 0");
  }

  @Override
  void openBefore(Connection connection, long micros) throws SQLException {
    Sql.update(
        connection,
        """
        SET GLOBAL super_read_only = IF(%1$s < ?, 0, @@global.super_read_only),
        GLOBAL read_only = IF(%1$s < ?, 0, @@global.read_only)"""
            .formatted(CLOCK),
        micros,
        micros);
  }

  @Override
  public void follow(Connection connection, Source source, boolean acker) throws SQLException {
    requireClosedAndNoneWaiting(connection);
    stopReplication(connection);
    Sql.run(
        connection,
        "SET GLOBAL rpl_semi_sync_source_enabled = 0",
        "SET GLOBAL rpl_semi_sync_replica_enabled = " + (acker ? 1 : 0));
    Sql.update(
        connection,
        """
        CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?, SOURCE_USER = ?,
        SOURCE_PASSWORD = ?, SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1,
        SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400, SOURCE_HEARTBEAT_PERIOD = 0.25""",
        source.host(),
        source.port(),
        source.account().username(),
        source.account().password());
    Sql.run(connection, "START REPLICA");
  }

  @Override
  public void startReplication(Connection connection) throws SQLException {
    // Its applier would wait for acknowledgements, too, on one that was halted.
    Sql.run(connection, "SET GLOBAL rpl_semi_sync_source_enabled = 0", "START REPLICA");
  }

  @Override
  public void startApplying(Connection connection) throws SQLException {
    Sql.run(connection, "SET GLOBAL rpl_semi_sync_source_enabled = 0", "START REPLICA SQL_THREAD");
  }

  /** Never: what MySQL counts as received it has received whole. */
  @Override
  public boolean discardTorn(Connection connection) {
    return false;
  }

  /**
   * Stops the applier, too, at once. One that has the beginning of a transaction whose rest never
   * came would wait a minute for that when it is told to stop; it is killed, and the beginning
   * rolled back: it does not count as received. That it starves shows only once it has read as far
   * as that.
   */
  @Override
  public void stopReplication(Connection connection) throws SQLException {
    Sql.run(connection, "STOP REPLICA IO_THREAD");
    long began = System.nanoTime();
    Optional<Long> starving = Optional.empty();
    Tail tail = tail(connection);
    while (starving.isEmpty() && System.nanoTime() - began < patience(tail).toNanos()) {
      starving = tail == Tail.TORN ? starving(connection) : Optional.empty();
      tail = tail(connection);
    }
    if (starving.isPresent()) {
      kill(connection, starving.get());
      // Told to stop before it has noticed, it would wait for its minute after all.
      began = System.nanoTime();
      while (isApplying(connection) && System.nanoTime() - began < STARVING.toNanos()) {
        Thread.onSpinWait();
      }
    }
    Sql.run(connection, "STOP REPLICA");
  }

  /** How long an applier may take until it has read all there is. */
  private static Duration patience(Tail tail) {
    return switch (tail) {
      case NONE -> Duration.ZERO;
      // It stops between two transactions.
      case WHOLE -> AT_WORK;
      case TORN -> STARVING;
    };
  }

  private static boolean isApplying(Connection connection) throws SQLException {
    return Sql.first(
            connection,
            row -> row.getString("Replica_SQL_Running").equals("Yes"),
            "SHOW REPLICA STATUS")
        .orElse(false);
  }

  private static void kill(Connection connection, long applier) throws SQLException {
    try {
      Sql.update(connection, "KILL ?", applier);
    } catch (SQLException e) {
      // It has ended by itself, or the account lacks SYSTEM_USER: then it takes its minute.
      if (e.getErrorCode() != NO_SUCH_THREAD && e.getErrorCode() != KILL_DENIED) {
        throw e;
      }
    }
  }

  /** What was received and is not executed yet. */
  private enum Tail {
    NONE,
    WHOLE,
    TORN
  }

  private static Tail tail(Connection connection) throws SQLException {
    return Sql.first(
            connection,
            row -> {
              boolean all =
                  MysqlGtidSet.parse(row.getString("Executed_Gtid_Set"))
                      .contains(MysqlGtidSet.parse(row.getString("Retrieved_Gtid_Set")));
              boolean end =
                  row.getString("Source_Log_File").equals(row.getString("Relay_Source_Log_File"))
                      && row.getLong("Read_Source_Log_Pos") == row.getLong("Exec_Source_Log_Pos");
              return !all ? Tail.WHOLE : end ? Tail.NONE : Tail.TORN;
            },
            "SHOW REPLICA STATUS")
        .orElse(Tail.NONE);
  }

  /** The session of an applier that has read all there is. */
  private static Optional<Long> starving(Connection connection) throws SQLException {
    return Sql.first(
        connection,
        row ->
            String.valueOf(row.getString("State")).startsWith("Replica has read all relay log")
                ? row.getLong("Id")
                : null,
        "SHOW PROCESSLIST");
  }

  @Override
  public void acknowledge(Connection connection, boolean acker) throws SQLException {
    Sql.run(connection, "SET GLOBAL rpl_semi_sync_replica_enabled = " + (acker ? 1 : 0));
    if (replication(connection)
        .filter(status -> status.io() != ReplicaStatus.Io.STOPPED)
        .isPresent()) {
      Sql.run(connection, "STOP REPLICA IO_THREAD", "START REPLICA IO_THREAD");
    }
  }

  @Override
  public void rebuild(Connection connection, Source donor, IntConsumer percent)
      throws SQLException {
    requireNoCopy(connection);
    requireClosedAndNoneWaiting(connection);
    stopReplication(connection);
    Sql.update(
        connection,
        "SET GLOBAL clone_valid_donor_list = ?",
        "%s:%d".formatted(donor.host(), donor.port()));
    // The statement is refused while not even its own account may write; the application's still
    // may not.
    Sql.run(connection, "SET GLOBAL super_read_only = 0");
    try {
      Sql.update(
          connection,
          "CLONE INSTANCE FROM ?@?:%d IDENTIFIED BY ?".formatted(donor.port()),
          donor.account().username(),
          donor.host(),
          donor.account().password());
    } catch (SQLException e) {
      if (e.getErrorCode() != RESTART_FAILED) {
        throw e;
      }
    }
  }

  /** While its data is being replaced a node looks blank. */
  private void requireNoCopy(Connection connection) throws SQLException {
    if (rebuilt(connection).isPresent()) {
      throw refused("node is being rebuilt (expected: one that nobody works on)");
    }
  }

  /** How far it is tells the performance schema only; 0 where that is off. */
  @Override
  public OptionalInt rebuilt(Connection connection) throws SQLException {
    boolean copies =
        Sql.rows(connection, row -> row.getString("Info"), "SHOW PROCESSLIST").stream()
            .anyMatch(statement -> statement.startsWith("CLONE INSTANCE"));
    if (!copies) {
      return OptionalInt.empty();
    }
    // Stages that have not begun have no estimate yet; the copying of files is nearly all of it.
    return OptionalInt.of(
        Sql.first(
                connection,
                row -> row.getInt(1),
                """
                SELECT FLOOR(100 * SUM(p.DATA) / GREATEST(SUM(p.ESTIMATE), SUM(p.DATA), 1))
                FROM performance_schema.clone_status s
                JOIN performance_schema.clone_progress p ON p.ID = s.ID
                WHERE s.STATE = 'In Progress'""")
            .orElse(0));
  }
}
