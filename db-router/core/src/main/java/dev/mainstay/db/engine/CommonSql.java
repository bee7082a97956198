package dev.mainstay.db.engine;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.LogPosition;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Failure;
import dev.mainstay.db.ReplicaStatus.Io;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What both engines are asked and told in the same words. */
abstract sealed class CommonSql implements EngineSql permits MysqlSql, MariadbSql {
  private static final int OPTION_PREVENTS_STATEMENT = 1290;
  private static final int NO_SUCH_DATABASE = 1049;
  private static final int NO_SUCH_TABLE = 1146;
  private static final int SELECT_DENIED = 1142;
  static final int NO_SUCH_THREAD = 1094;
  private static final int LOCK_WAIT_TIMEOUT = 1205;

  /** The longest time-out that both engines take, in milliseconds: 31 years. */
  static final long NO_LIMIT = 1_000_000_000_000L;

  /** Microseconds since 1970; a server's time zone has no part in it. */
  static final String CLOCK = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))";

  /** Of a source to a connection that vouches. */
  private static final Duration HEARTBEAT = Duration.ofMillis(50);

  /** How long a closing waits for running commits. */
  private static final int CLOSING_SECONDS = 2;

  /** A wait is asked for in pieces of this length, between which the applier is looked at. */
  private static final Duration PIECE = Duration.ofMillis(500);

  private static final String CONTROL_COLUMNS =
      """
      , (SELECT cluster_id FROM mainstay_control.cluster) AS cluster_id
      , (SELECT CONCAT(epoch, ' ', primary_node, ' ', ackers) FROM mainstay_control.epoch
         ORDER BY epoch DESC LIMIT 1) AS epoch_record
      , (SELECT CONCAT(at_micros, ' ', controller) FROM mainstay_control.heartbeat) AS heartbeat""";

  // --- What differs

  /**
   * The columns of the first question: {@code version}, {@code server_id}, {@code read_only},
   * {@code now}, {@code status} (pairs as {@link #pairs} reads them, {@code Uptime} among them) and
   * what else the engine needs.
   */
  abstract String nodeColumns();

  abstract Observation.Reached reached(
      NodeAddress address,
      Instant at,
      ResultSet row,
      Control control,
      Optional<ReplicaStatus> replication)
      throws SQLException;

  abstract Optional<ReplicaStatus> replication(Connection connection) throws SQLException;

  /** One round trip that waits for at most {@code piece}. */
  abstract boolean awaitPiece(Connection connection, GtidSet gtids, Duration piece)
      throws SQLException;

  /** The InnoDB tables of all schemas, {@code schema/table}. */
  abstract String tablesQuery();

  /** The names of all locked accounts that may come from anywhere. */
  abstract String lockedAccountsQuery();

  /** {@code IDENTIFIED …} with one placeholder, and what stands for it. */
  abstract Identified identified(String password);

  abstract List<String> monitorPrivileges();

  abstract String readOnlyVariable();

  // --- Seeing

  /** What the control schema says, if it is there. */
  record Control(
      Optional<String> clusterId,
      Optional<EpochRecord> epoch,
      Optional<Instant> heartbeat,
      Optional<String> leader) {
    static final Control NONE =
        new Control(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    static Control of(ResultSet row) throws SQLException {
      Optional<String[]> beat =
          Optional.ofNullable(row.getString("heartbeat")).map(text -> text.split(" ", 2));
      return new Control(
          Optional.ofNullable(row.getString("cluster_id")),
          Optional.ofNullable(row.getString("epoch_record")).map(Control::epoch),
          beat.map(fields -> Instant.EPOCH.plus(Long.parseLong(fields[0]), ChronoUnit.MICROS)),
          beat.map(fields -> fields[1]));
    }

    private static EpochRecord epoch(String text) {
      String[] fields = text.split(" ", 3);
      Set<NodeId> ackers =
          Arrays.stream(fields[2].split(",", -1))
              .filter(id -> !id.isEmpty())
              .map(NodeId::new)
              .collect(Collectors.toSet());
      return new EpochRecord(Long.parseLong(fields[0]), new NodeId(fields[1]), ackers);
    }
  }

  @Override
  public final Observation.Reached observe(Connection connection, NodeAddress address, Instant at)
      throws SQLException {
    Optional<ReplicaStatus> replication = replication(connection);
    Optional<Observation.Reached> reached;
    try {
      reached =
          Sql.first(
              connection,
              row -> reached(address, at, row, Control.of(row), replication),
              "SELECT " + nodeColumns() + CONTROL_COLUMNS);
    } catch (SQLException e) {
      if (!noControl(e)) {
        throw e;
      }
      reached =
          Sql.first(
              connection,
              row -> reached(address, at, row, Control.NONE, replication),
              "SELECT " + nodeColumns());
    }
    return reached.orElseThrow();
  }

  private static boolean noControl(SQLException e) {
    return e.getErrorCode() == NO_SUCH_DATABASE
        || e.getErrorCode() == NO_SUCH_TABLE
        || e.getErrorCode() == SELECT_DENIED;
  }

  /** {@code a=1,b=2} with lower-case names. */
  static Map<String, String> pairs(@Nullable String text) {
    Map<String, String> pairs = new HashMap<>();
    if (text != null) {
      for (String pair : text.split(",", -1)) {
        int equals = pair.indexOf('=');
        pairs.put(pair.substring(0, equals).toLowerCase(Locale.ROOT), pair.substring(equals + 1));
      }
    }
    return pairs;
  }

  static Instant startedAt(ResultSet row, Map<String, String> status) throws SQLException {
    return Instant.ofEpochSecond(
        row.getLong("now") - Long.parseLong(status.getOrDefault("uptime", "0")));
  }

  static boolean on(Map<String, String> variables, String name) {
    String value = variables.getOrDefault(name, "OFF");
    return value.equalsIgnoreCase("ON") || value.equals("1");
  }

  static int count(Map<String, String> status, String name) {
    return Integer.parseInt(status.getOrDefault(name, "0"));
  }

  static Io io(String running) {
    return switch (running) {
      case "Yes" -> Io.RUNNING;
      case "No" -> Io.STOPPED;
      default -> Io.CONNECTING; // MySQL: Connecting; MariaDB: Connecting, Preparing
    };
  }

  static Optional<Failure> failure(ResultSet row, String thread) throws SQLException {
    int code = row.getInt("Last_" + thread + "_Errno");
    return code == 0
        ? Optional.empty()
        : Optional.of(new Failure(code, row.getString("Last_" + thread + "_Error")));
  }

  static Optional<LogPosition> position(ResultSet row, String file, String offset)
      throws SQLException {
    return LogPosition.told(row.getString(file), row.getLong(offset));
  }

  static OptionalLong optionalLong(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  @Override
  public final boolean blank(Connection connection) throws SQLException {
    boolean tables =
        Sql.rows(connection, row -> row.getString(1), tablesQuery()).stream()
            .map(name -> name.substring(0, Math.max(0, name.indexOf('/'))))
            .anyMatch(schema -> !Set.of("", "mysql", "sys", CONTROL_SCHEMA).contains(schema));
    return !tables && replication(connection).isEmpty() && clusterId(connection).isEmpty();
  }

  private static Optional<String> clusterId(Connection connection) throws SQLException {
    try {
      return Sql.first(
          connection, row -> row.getString(1), "SELECT cluster_id FROM mainstay_control.cluster");
    } catch (SQLException e) {
      if (noControl(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  final void requireBlank(Connection connection) throws SQLException {
    if (!blank(connection)) {
      throw refused("node holds data, a source or a cluster's id (expected: a blank node)");
    }
  }

  // --- Setting up

  @Override
  public final void createControl(Connection connection, String clusterId) throws SQLException {
    if (clusterId.isBlank() || clusterId.length() > 64) {
      throw new IllegalArgumentException(
          "cluster id is '%s' (expected: 1-64 characters)".formatted(clusterId));
    }
    Sql.run(
        connection,
        "CREATE SCHEMA IF NOT EXISTS mainstay_control DEFAULT CHARACTER SET utf8mb4",
        """
        CREATE TABLE IF NOT EXISTS mainstay_control.cluster
        (only_row TINYINT PRIMARY KEY, cluster_id VARCHAR(64) NOT NULL) ENGINE=InnoDB""",
        """
        CREATE TABLE IF NOT EXISTS mainstay_control.epoch
        (epoch BIGINT PRIMARY KEY, primary_node VARCHAR(32) NOT NULL, ackers VARCHAR(4000) NOT NULL)
        ENGINE=InnoDB""",
        """
        CREATE TABLE IF NOT EXISTS mainstay_control.heartbeat
        (only_row TINYINT PRIMARY KEY, at_micros BIGINT NOT NULL, controller VARCHAR(64) NOT NULL)
        ENGINE=InnoDB""");
    Optional<String> there = clusterId(connection);
    if (there.isEmpty()) {
      Sql.update(connection, "INSERT INTO mainstay_control.cluster VALUES (1, ?)", clusterId);
    } else if (!there.get().equals(clusterId)) {
      throw refused("node is of cluster %s (expected: %s)".formatted(there.get(), clusterId));
    }
  }

  @Override
  public final void createSchema(Connection connection, String schema) throws SQLException {
    Sql.run(
        connection,
        "CREATE SCHEMA IF NOT EXISTS %s DEFAULT CHARACTER SET utf8mb4"
            .formatted(Sql.identifier(schema)));
  }

  /** A clause that holds a placeholder, and the value for it. */
  record Identified(String clause, String value) {
    @Override
    public String toString() {
      return clause;
    }
  }

  @Override
  public final void createAccounts(Connection connection, Accounts accounts) throws SQLException {
    String schema = Sql.grantable(accounts.schema()) + ".*";
    account(connection, accounts.application(), "SELECT, INSERT, UPDATE, DELETE ON " + schema);
    account(
        connection,
        accounts.migrate(),
        """
        SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE VIEW,
        SHOW VIEW, TRIGGER, CREATE ROUTINE, ALTER ROUTINE, EXECUTE, LOCK TABLES,
        CREATE TEMPORARY TABLES ON\s"""
            + schema);
    account(connection, accounts.monitor(), monitorPrivileges().toArray(String[]::new));
    for (Credentials replica : accounts.replication()) {
      account(connection, replica, "REPLICATION SLAVE ON *.*");
    }
  }

  private void account(Connection connection, Credentials account, String... privileges)
      throws SQLException {
    String who = who(account.username());
    Identified identified = identified(account.password());
    Sql.update(
        connection,
        "CREATE USER IF NOT EXISTS %s %s".formatted(who, identified.clause()),
        identified.value());
    Sql.update(
        connection, "ALTER USER %s %s".formatted(who, identified.clause()), identified.value());
    for (String privilege : privileges) {
      Sql.run(connection, "GRANT %s TO %s".formatted(privilege, who));
    }
  }

  /** An account's name holds nothing that needs quoting: {@link Credentials} sees to it. */
  private static String who(String username) {
    return "'%s'@'%%'".formatted(new Credentials(username, "").username());
  }

  // --- Epoch and heartbeat

  @Override
  public final boolean commitEpoch(Connection connection, EpochRecord epoch) throws SQLException {
    String ackers = epoch.ackers().stream().map(NodeId::value).collect(Collectors.joining(","));
    return Sql.update(
            connection,
            """
            INSERT INTO mainstay_control.epoch (epoch, primary_node, ackers)
            SELECT ?, ?, ? FROM DUAL WHERE NOT EXISTS
            (SELECT 1 FROM (SELECT MAX(epoch) AS newest FROM mainstay_control.epoch) AS known
             WHERE newest >= ?)""",
            epoch.epoch(),
            epoch.primary().value(),
            ackers,
            epoch.epoch())
        == 1;
  }

  @Override
  public final void writeHeartbeat(Connection connection, Instant at, String controller)
      throws SQLException {
    writeHeartbeat(connection, at, controller, "");
  }

  @Override
  public final boolean renewHeartbeat(Connection connection, Instant at, String controller)
      throws SQLException {
    try {
      return writeHeartbeat(connection, at, controller, "WHERE @@GLOBAL.read_only = 0") > 0;
    } catch (SQLException e) {
      if (e.getErrorCode() == OPTION_PREVENTS_STATEMENT) {
        return false; // MySQL's super_read_only comes before any condition
      }
      throw e;
    }
  }

  private static int writeHeartbeat(
      Connection connection, Instant at, String controller, String condition) throws SQLException {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, at);
    return Sql.update(
        connection,
        """
        INSERT INTO mainstay_control.heartbeat (only_row, at_micros, controller)
        SELECT 1, ?, ? FROM DUAL %s
        ON DUPLICATE KEY UPDATE at_micros = ?, controller = ?"""
            .formatted(condition),
        micros,
        controller,
        micros,
        controller);
  }

  // --- One hand at a time

  @Override
  public final boolean tryLock(Connection connection, String name, Duration idle)
      throws SQLException {
    Sql.update(connection, "SET SESSION wait_timeout = ?", Math.max(1, idle.toSeconds()));
    // A lock taken twice would have to be released twice.
    return Sql.number(
            connection,
            "SELECT IF(IS_USED_LOCK(?) = CONNECTION_ID(), 1, GET_LOCK(?, 0))",
            name,
            name)
        == 1;
  }

  @Override
  public final boolean holdsLock(Connection connection, String name) throws SQLException {
    return Sql.number(connection, "SELECT IS_USED_LOCK(?) = CONNECTION_ID()", name) == 1;
  }

  @Override
  public final void unlock(Connection connection, String name) throws SQLException {
    Sql.number(connection, "SELECT RELEASE_LOCK(?)", name);
  }

  @Override
  public final OptionalLong lockHolder(Connection connection, String name) throws SQLException {
    return Sql.first(
            connection,
            row -> optionalLong(row, "holder"),
            "SELECT IS_USED_LOCK(?) AS holder",
            name)
        .orElse(OptionalLong.empty());
  }

  // --- Changing roles

  @Override
  public final boolean awaitApplied(Connection connection, Duration timeout) throws SQLException {
    GtidSet retrieved =
        replication(connection).map(ReplicaStatus::retrieved).orElse(GtidSet.empty(engine()));
    return await(connection, retrieved, timeout, true);
  }

  @Override
  public final boolean awaitExecuted(Connection connection, GtidSet gtids, Duration timeout)
      throws SQLException {
    return await(connection, gtids, timeout, false);
  }

  private boolean await(
      Connection connection, GtidSet gtids, Duration timeout, boolean whileApplying)
      throws SQLException {
    if (gtids.isEmpty()) {
      return true;
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    Duration left = timeout;
    while (true) {
      Duration piece = left.isNegative() ? Duration.ZERO : left.compareTo(PIECE) < 0 ? left : PIECE;
      if (awaitPiece(connection, gtids, piece)) {
        return true;
      }
      left = Duration.ofNanos(deadline - System.nanoTime());
      if (!left.isPositive()) {
        return false;
      }
      if (whileApplying && !replication(connection).map(ReplicaStatus::applying).orElse(false)) {
        return awaitPiece(connection, gtids, Duration.ZERO);
      }
    }
  }

  static String seconds(Duration duration) {
    return "%d.%03d".formatted(duration.toSeconds(), duration.toMillisPart());
  }

  @Override
  public final boolean close(Connection connection) throws SQLException {
    long usual = Sql.number(connection, "SELECT @@session.lock_wait_timeout");
    Sql.update(connection, "SET SESSION lock_wait_timeout = ?", CLOSING_SECONDS);
    try {
      Sql.run(connection, "SET GLOBAL %s = 1".formatted(readOnlyVariable()));
      return true;
    } catch (SQLException e) {
      if (e.getErrorCode() == LOCK_WAIT_TIMEOUT) {
        return false;
      }
      throw e;
    } finally {
      if (connection.isValid(CLOSING_SECONDS)) {
        Sql.update(connection, "SET SESSION lock_wait_timeout = ?", usual);
      }
    }
  }

  /**
   * What makes it safe to switch the waiting for acks off: the node takes no writes, and no commit
   * waits.
   */
  final void requireClosedAndNoneWaiting(Connection connection) throws SQLException {
    if (Sql.number(connection, "SELECT @@global.read_only") == 0) {
      throw refused("node is open (expected: closed before it follows another)");
    }
    requireNoneWaiting(connection);
    if (Sql.number(connection, "SELECT @@global." + readOnlyVariable()) == 0
        && !close(connection)) {
      throw refused("node has commits in flight (expected: none before it follows another)");
    }
  }

  final void requireNoneWaiting(Connection connection) throws SQLException {
    long waiting = waitingCommits(connection);
    if (waiting > 0) {
      throw refused(
          "%d commits wait for an ack (expected: none, switching semi-sync off would answer them)"
              .formatted(waiting));
    }
  }

  abstract long waitingCommits(Connection connection) throws SQLException;

  static Optional<String> status(Connection connection, String name) throws SQLException {
    return Sql.first(
        connection, row -> row.getString(2), "SHOW GLOBAL STATUS LIKE '%s'".formatted(name));
  }

  static SQLException refused(String why) {
    return new SQLException(why, "HY000");
  }

  @Override
  public final void limitAckWait(Connection connection, Duration limit) throws SQLException {
    if (Sql.number(connection, "SELECT @@global.read_only") == 0) {
      throw refused("node is open (expected: closed while its commits wait for a limited time)");
    }
    if (ackers(connection) == 0) {
      promote(connection, false);
      return;
    }
    // Not switched off: that takes MySQL a second while a replica is connected.
    Sql.run(connection, "SET GLOBAL %s = %d".formatted(ackTimeoutVariable(), limit.toMillis()));
  }

  @Override
  public final boolean awaitAcker(Connection connection, Duration timeout) throws SQLException {
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean connected = ackers(connection) > 0;
    while (!connected && System.nanoTime() < deadline) {
      // The server does the sleeping: it is asked no more often than every few milliseconds.
      Sql.number(connection, "SELECT SLEEP(0.005)");
      connected = ackers(connection) > 0;
    }
    return connected;
  }

  @Override
  public final Instant clock(Connection connection) throws SQLException {
    return Instant.EPOCH.plus(Sql.number(connection, "SELECT " + CLOCK), ChronoUnit.MICROS);
  }

  @Override
  public final boolean open(Connection connection, Instant until) throws SQLException {
    requireUnlimitedAckWait(connection);
    openBefore(connection, ChronoUnit.MICROS.between(Instant.EPOCH, until));
    return Sql.number(connection, "SELECT @@global.read_only") == 0;
  }

  /** One statement, which changes nothing once {@link #CLOCK} has come to {@code micros}. */
  abstract void openBefore(Connection connection, long micros) throws SQLException;

  @Override
  public final boolean openIfAcknowledged(Connection connection, Instant until)
      throws SQLException {
    return ackers(connection) > 0 && open(connection, until);
  }

  /** Before a node is opened: a commit waits for its ack without end, or for none at all. */
  final void requireUnlimitedAckWait(Connection connection) throws SQLException {
    if (sourceEnabled(connection)) {
      Sql.run(connection, "SET GLOBAL %s = %d".formatted(ackTimeoutVariable(), NO_LIMIT));
      if (!waitsForAcks(connection)) {
        throw refused("node does not wait for acks now (expected: a replica that sends them)");
      }
    }
  }

  /** How many replicas are connected that send acks. */
  abstract long ackers(Connection connection) throws SQLException;

  abstract String ackTimeoutVariable();

  abstract boolean sourceEnabled(Connection connection) throws SQLException;

  /** Whether it waits indeed, and has not fallen back to asynchronous replication. */
  abstract boolean waitsForAcks(Connection connection) throws SQLException;

  @Override
  public final void vouch(Connection connection, LogPosition position) throws SQLException {
    // What a replica says of itself before it asks for the log; MySQL's words, then MariaDB's.
    Sql.run(
        connection,
        "SET @source_binlog_checksum = @@global.binlog_checksum, @rpl_semi_sync_replica = 1",
        "SET @master_binlog_checksum = @@global.binlog_checksum, @rpl_semi_sync_slave = 1",
        "SET @mariadb_slave_capability = 4",
        // By its heartbeats the source sends the first events on, and sees the other side hang up.
        "SET @source_heartbeat_period = %1$d, @master_heartbeat_period = %1$d"
            .formatted(HEARTBEAT.toNanos()));
    BinlogDump.begin(connection, position);
  }

  // --- Shutting out

  @Override
  public final void shutOut(Connection connection, String username) throws SQLException {
    Sql.run(connection, "ALTER USER %s ACCOUNT LOCK".formatted(who(username)));
    killSessions(connection, Set.of(username));
  }

  @Override
  public final void letIn(Connection connection, Collection<String> usernames) throws SQLException {
    String locked =
        locked(connection, usernames).stream()
            .map(CommonSql::who)
            .collect(Collectors.joining(", "));
    if (!locked.isEmpty()) {
      Sql.run(connection, "ALTER USER IF EXISTS %s ACCOUNT UNLOCK".formatted(locked));
    }
  }

  /** Those of the accounts that are locked, or all where that is not for this account to see. */
  private Collection<String> locked(Connection connection, Collection<String> usernames)
      throws SQLException {
    Set<String> wanted = new TreeSet<>(usernames);
    try {
      wanted.retainAll(Sql.rows(connection, row -> row.getString(1), lockedAccountsQuery()));
    } catch (SQLException e) {
      if (e.getErrorCode() != SELECT_DENIED) {
        throw e;
      }
    }
    return wanted;
  }

  @Override
  public final int killSessions(Connection connection, Collection<String> usernames)
      throws SQLException {
    Set<String> doomed = new HashSet<>(usernames);
    List<Long> sessions =
        Sql.rows(
            connection,
            row -> doomed.contains(row.getString("User")) ? row.getLong("Id") : null,
            "SHOW PROCESSLIST");
    int killed = 0;
    for (long session : sessions) {
      try {
        Sql.update(connection, "KILL ?", session);
        killed++;
      } catch (SQLException e) {
        if (e.getErrorCode() != NO_SUCH_THREAD) {
          throw e;
        }
      }
    }
    return killed;
  }
}
