package dev.mainstay.db.engine;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.Lineage;
import dev.mainstay.db.MariadbGtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.SemiSync;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/** MariaDB 10.11 and 11.x, whose semi-sync is built in and keeps the older words in its names. */
final class MariadbSql extends CommonSql {
  /** What a replica that is not behind takes to apply what it has received. */
  private static final Duration APPLYING = Duration.ofMillis(500);

  static final String TABLES = "SELECT NAME FROM information_schema.INNODB_SYS_TABLES";

  /** For the donor of a copy; each of its answers may take as long as the copy's own writes do. */
  private static final Duration DONOR_CONNECT = Duration.ofSeconds(5);

  private static final Duration DONOR_ANSWER = Duration.ofMinutes(5);

  private static final String ALL_READ = "Slave has read all relay log";

  @Override
  public Engine engine() {
    return Engine.MARIADB;
  }

  @Override
  String nodeColumns() {
    // gtid_current_pos: by domain the newer of what was replicated and what was written here.
    return """
        @@global.version AS version, @@global.server_id AS server_id, @@global.read_only AS read_only,
        @@global.gtid_current_pos AS gtid_current_pos, @@global.gtid_binlog_state AS gtid_binlog_state,
        UNIX_TIMESTAMP() AS now,
        @@global.rpl_semi_sync_master_enabled AS source_enabled,
        @@global.rpl_semi_sync_slave_enabled AS replica_enabled,
        (SELECT GROUP_CONCAT(CONCAT(VARIABLE_NAME, '=', VARIABLE_VALUE))
         FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME IN
         ('UPTIME', 'RPL_SEMI_SYNC_MASTER_STATUS', 'RPL_SEMI_SYNC_SLAVE_STATUS',
          'RPL_SEMI_SYNC_MASTER_CLIENTS', 'RPL_SEMI_SYNC_MASTER_WAIT_SESSIONS')) AS status""";
  }

  @Override
  Observation.Reached reached(
      NodeAddress address,
      Instant at,
      ResultSet row,
      Control control,
      Optional<ReplicaStatus> replication)
      throws SQLException {
    Map<String, String> status = pairs(row.getString("status"));
    return new Observation.Reached(
        address,
        at,
        Engine.MARIADB,
        row.getString("version"),
        row.getLong("server_id"),
        control.clusterId(),
        row.getBoolean("read_only"),
        startedAt(row, status),
        MariadbGtidSet.parse(row.getString("gtid_current_pos")),
        Lineage.Mariadb.parse(row.getLong("server_id"), row.getString("gtid_binlog_state")),
        replication,
        new SemiSync(
            row.getBoolean("source_enabled"),
            row.getBoolean("replica_enabled"),
            on(status, "rpl_semi_sync_master_status"),
            on(status, "rpl_semi_sync_slave_status"),
            count(status, "rpl_semi_sync_master_clients"),
            count(status, "rpl_semi_sync_master_wait_sessions")),
        control.epoch(),
        control.heartbeat(),
        control.leader());
  }

  @Override
  Optional<ReplicaStatus> replication(Connection connection) throws SQLException {
    return Sql.first(
        connection,
        row ->
            new ReplicaStatus(
                row.getString("Master_Host"),
                row.getInt("Master_Port"),
                row.getLong("Master_Server_Id"),
                io(row.getString("Slave_IO_Running")),
                row.getString("Slave_SQL_Running").equals("Yes"),
                MariadbGtidSet.parse(row.getString("Gtid_IO_Pos")),
                failure(row, "IO"),
                failure(row, "SQL"),
                position(row, "Relay_Master_Log_File", "Exec_Master_Log_Pos")),
        "SHOW ALL SLAVES STATUS");
  }

  @Override
  public GtidSet executed(Connection connection) throws SQLException {
    return MariadbGtidSet.parse(Sql.text(connection, "SELECT @@global.gtid_current_pos"));
  }

  @Override
  boolean awaitPiece(Connection connection, GtidSet gtids, Duration piece) throws SQLException {
    // On a primary MASTER_GTID_WAIT waits in vain for what the node wrote itself.
    return executed(connection).contains(gtids)
        || (!piece.isZero()
            && Sql.number(
                    connection,
                    "SELECT MASTER_GTID_WAIT(?, %s) = 0".formatted(seconds(piece)),
                    gtids.toString())
                == 1);
  }

  @Override
  String tablesQuery() {
    return TABLES;
  }

  /**
   * The server writes {@code CREATE USER} to its binary log as it came, so it is told the hash:
   * SHA-1 twice, as mysql_native_password has it. The passwords are long and random, which makes
   * its weakness bearable; the stronger plugins of MariaDB are not in Connector/J.
   */
  @Override
  String lockedAccountsQuery() {
    return """
        SELECT User FROM mysql.global_priv
        WHERE Host = '%' AND JSON_EXTRACT(Priv, '$.account_locked') = 'true'""";
  }

  @Override
  Identified identified(String password) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] once = sha1.digest(password.getBytes(StandardCharsets.UTF_8));
      String hash = "*" + HexFormat.of().withUpperCase().formatHex(sha1.digest(once));
      return new Identified("IDENTIFIED BY PASSWORD ?", hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  @Override
  List<String> monitorPrivileges() {
    return List.of("SLAVE MONITOR, BINLOG MONITOR ON *.*", "SELECT ON `mainstay\\_control`.*");
  }

  @Override
  String readOnlyVariable() {
    return "read_only";
  }

  @Override
  long waitingCommits(Connection connection) throws SQLException {
    return status(connection, "Rpl_semi_sync_master_wait_sessions").map(Long::parseLong).orElse(0L);
  }

  @Override
  long ackers(Connection connection) throws SQLException {
    return status(connection, "Rpl_semi_sync_master_clients").map(Long::parseLong).orElse(0L);
  }

  @Override
  String ackTimeoutVariable() {
    return "rpl_semi_sync_master_timeout";
  }

  @Override
  boolean sourceEnabled(Connection connection) throws SQLException {
    return Sql.number(connection, "SELECT @@global.rpl_semi_sync_master_enabled") == 1;
  }

  @Override
  boolean waitsForAcks(Connection connection) throws SQLException {
    return status(connection, "Rpl_semi_sync_master_status").filter("ON"::equals).isPresent();
  }

  @Override
  public void resetBlank(Connection connection) throws SQLException {
    requireBlank(connection);
    Sql.run(connection, "RESET MASTER", "SET GLOBAL gtid_slave_pos = ''");
  }

  @Override
  public void stopReceiving(Connection connection) throws SQLException {
    Sql.run(connection, "STOP SLAVE IO_THREAD");
  }

  @Override
  public void promote(Connection connection, boolean acknowledged) throws SQLException {
    if (!acknowledged) {
      requireNoneWaiting(connection);
    }
    Sql.run(
        connection, "STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL rpl_semi_sync_slave_enabled = 0");
    if (acknowledged) {
      waitForAcks(connection);
    } else {
      Sql.run(connection, "SET GLOBAL rpl_semi_sync_master_enabled = 0");
    }
  }

  @Override
  public void waitForAcks(Connection connection) throws SQLException {
    Sql.run(
        connection,
        "SET GLOBAL rpl_semi_sync_master_timeout = " + NO_LIMIT,
        "SET GLOBAL rpl_semi_sync_master_wait_no_slave = 1",
        "SET GLOBAL rpl_semi_sync_master_enabled = 1");
    if (!waitsForAcks(connection)) {
      Sql.run(
          connection,
          "SET GLOBAL rpl_semi_sync_master_enabled = 0",
          "SET GLOBAL rpl_semi_sync_master_enabled = 1");
    }
  }

  /** Nothing: the controller's account has READ_ONLY ADMIN, and MariaDB has no stronger switch. */
  @Override
  public void admitController(Connection connection) {}

  @Override
  void openBefore(Connection connection, long micros) throws SQLException {
    Sql.update(
        connection,
        "SET GLOBAL read_only = IF(%s < ?, 0, @@global.read_only)".formatted(CLOCK),
        micros);
  }

  @Override
  public void follow(Connection connection, Source source, boolean acker) throws SQLException {
    requireClosedAndNoneWaiting(connection);
    Sql.run(
        connection,
        "STOP SLAVE",
        "SET GLOBAL rpl_semi_sync_master_enabled = 0",
        "SET GLOBAL rpl_semi_sync_slave_enabled = " + (acker ? 1 : 0),
        "SET GLOBAL gtid_slave_pos = @@global.gtid_current_pos");
    Sql.update(
        connection,
        """
        CHANGE MASTER TO MASTER_HOST = ?, MASTER_PORT = ?, MASTER_USER = ?, MASTER_PASSWORD = ?,
        MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 0.25,
        MASTER_SSL_VERIFY_SERVER_CERT = 0""",
        source.host(),
        source.port(),
        source.account().username(),
        source.account().password());
    Sql.run(connection, "START SLAVE");
  }

  /**
   * Starts both threads anew. A receiving thread that is started alone goes on behind the last
   * transaction of which it has received anything; if that was only a part, the rest is never
   * fetched, and the applier rolls the part back: the transaction is lost on this replica, which
   * shows in no position. So what was received is applied as far as it can be, and the rest thrown
   * away, as MariaDB does when it starts both.
   */
  @Override
  public void startReplication(Connection connection) throws SQLException {
    Optional<ReplicaStatus> status = replication(connection);
    boolean receives = status.filter(s -> s.io() != ReplicaStatus.Io.STOPPED).isPresent();
    boolean applies = status.filter(ReplicaStatus::applying).isPresent();
    if (receives && applies) {
      return;
    }
    restart(connection);
  }

  private void restart(Connection connection) throws SQLException {
    Sql.run(connection, "STOP SLAVE IO_THREAD");
    awaitApplied(connection, APPLYING);
    Sql.run(connection, "STOP SLAVE", "START SLAVE");
  }

  @Override
  public boolean discardTorn(Connection connection) throws SQLException {
    boolean torn =
        Sql.first(
                connection,
                row ->
                    row.getString("Slave_IO_Running").equals("No")
                        && row.getString("Slave_SQL_Running").equals("Yes")
                        && row.getString("Slave_SQL_State").startsWith(ALL_READ),
                "SHOW ALL SLAVES STATUS")
            .orElse(false);
    if (torn) {
      Sql.run(connection, "STOP SLAVE SQL_THREAD");
    }
    return torn;
  }

  @Override
  public void startApplying(Connection connection) throws SQLException {
    Sql.run(connection, "START SLAVE SQL_THREAD");
  }

  @Override
  public void stopReplication(Connection connection) throws SQLException {
    Sql.run(connection, "STOP SLAVE");
  }

  @Override
  public void acknowledge(Connection connection, boolean acker) throws SQLException {
    Sql.run(connection, "SET GLOBAL rpl_semi_sync_slave_enabled = " + (acker ? 1 : 0));
    if (replication(connection)
        .filter(status -> status.io() != ReplicaStatus.Io.STOPPED)
        .isPresent()) {
      restart(connection);
    }
  }

  /** There is no statement for it, and not on every node a program that copies files. */
  @Override
  public void rebuild(Connection connection, Source donor, IntConsumer percent)
      throws SQLException {
    requireClosedAndNoneWaiting(connection);
    Sql.run(
        connection,
        "STOP SLAVE",
        "RESET SLAVE ALL",
        "SET GLOBAL rpl_semi_sync_slave_enabled = 0",
        "SET GLOBAL rpl_semi_sync_master_enabled = 0");
    NodeConnector connector = new NodeConnector(donor.account(), DONOR_CONNECT, DONOR_ANSWER);
    NodeAddress address = new NodeAddress(new NodeId("donor"), donor.host(), donor.port());
    try (Connection from = connector.connect(address)) {
      new LogicalCopy(from, connection, percent).copy();
    }
  }

  @Override
  public OptionalInt rebuilt(Connection connection) {
    return OptionalInt.empty();
  }
}
