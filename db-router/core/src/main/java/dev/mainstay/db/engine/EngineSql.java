package dev.mainstay.db.engine;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.LogPosition;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/**
 * What a node of either engine is asked and told. Instances hold no state; each method runs on the
 * connection given, in autocommit, and may be called again after it failed half way.
 *
 * <p>Nothing here waits longer than it says, except that a node may not answer at all (stopped, cut
 * off, a commit that waits for its ack): the connection's socket time-out bounds that, see {@link
 * NodeConnector}. A connection that timed out is of no more use.
 *
 * <p>Unless said otherwise methods need the controller's account. {@code SQLException}s carry no
 * passwords.
 */
public sealed interface EngineSql permits CommonSql {
  /** The controller's own schema: the cluster's id, the epochs, the heartbeat. */
  String CONTROL_SCHEMA = "mainstay_control";

  static EngineSql of(Engine engine) {
    return switch (engine) {
      case MYSQL -> new MysqlSql();
      case MARIADB -> new MariadbSql();
    };
  }

  /** By the version that the server told when the connection was opened; no round trip. */
  static EngineSql of(Connection connection) throws SQLException {
    String version = connection.getMetaData().getDatabaseProductVersion();
    return of(version.contains("MariaDB") ? Engine.MARIADB : Engine.MYSQL);
  }

  Engine engine();

  // --- Seeing

  /**
   * One look at a node, two round trips (three on a node without {@value #CONTROL_SCHEMA}). The
   * monitor account suffices.
   *
   * @param at the observer's time
   */
  Observation.Reached observe(Connection connection, NodeAddress address, Instant at)
      throws SQLException;

  /**
   * Whether the node was never used: no schema but the server's own and {@value #CONTROL_SCHEMA}
   * without a cluster id, no replication set up.
   */
  boolean blank(Connection connection) throws SQLException;

  /**
   * All that the node has executed at this moment; one round trip. Any account may ask. On a
   * MariaDB primary that includes commits which still wait for an ack.
   */
  GtidSet executed(Connection connection) throws SQLException;

  // --- Setting up

  /**
   * Throws away the node's GTIDs and binary logs, so that all blank nodes start equal.
   *
   * @throws SQLException also if the node is not {@link #blank}
   */
  void resetBlank(Connection connection) throws SQLException;

  /**
   * Makes {@value #CONTROL_SCHEMA} with the cluster's id. The node must be {@link #admitController
   * admitted}.
   */
  void createControl(Connection connection, String clusterId) throws SQLException;

  /** Makes an application's schema, in utf8mb4, if it is not there. */
  void createSchema(Connection connection, String schema) throws SQLException;

  /** Makes or corrects the accounts: password, and the rights of {@link Accounts}. */
  void createAccounts(Connection connection, Accounts accounts) throws SQLException;

  // --- Epoch and heartbeat

  /**
   * Commits a record, unless one as high or higher is there.
   *
   * @return whether it was committed; false changes nothing
   */
  boolean commitEpoch(Connection connection, EpochRecord epoch) throws SQLException;

  /**
   * Renews the primary's lease: the time by the controller's clock, and the controller that leads.
   */
  void writeHeartbeat(Connection connection, Instant at, String controller) throws SQLException;

  /**
   * {@link #writeHeartbeat}, if the node is open. Whoever may do so on a closed node, too, and does
   * not hold its lock, would part a replica from its primary.
   *
   * @return whether it was written
   */
  boolean renewHeartbeat(Connection connection, Instant at, String controller) throws SQLException;

  // --- One hand at a time

  /**
   * Takes a named lock for this session, without waiting, and makes the server end the session
   * after {@code idle} without a statement. All that changes this node must then go through this
   * very connection.
   *
   * @return false when another session holds it
   */
  boolean tryLock(Connection connection, String name, Duration idle) throws SQLException;

  /** Whether this very session holds the lock. */
  boolean holdsLock(Connection connection, String name) throws SQLException;

  void unlock(Connection connection, String name) throws SQLException;

  /** The session that holds the lock. Any account may ask. */
  OptionalLong lockHolder(Connection connection, String name) throws SQLException;

  // --- Changing roles

  /**
   * Fences: the node receives, and thus acknowledges, nothing more; what it has received it still
   * applies.
   */
  void stopReceiving(Connection connection) throws SQLException;

  /**
   * Drains: waits until all that was received is applied. Call after {@link #stopReceiving}.
   *
   * @return false when the time was not enough or the applier stopped
   */
  boolean awaitApplied(Connection connection, Duration timeout) throws SQLException;

  /**
   * Gives up what was received of a transaction whose end never came, which MariaDB counts as
   * received: the applier, which waits for that end in vain, is stopped. Call when {@link
   * #awaitApplied} fails.
   *
   * @return whether there was any
   */
  boolean discardTorn(Connection connection) throws SQLException;

  /**
   * Waits until the node has executed all of {@code gtids}; false when the time was not enough. Any
   * account may ask; on a primary too, which has what it wrote itself.
   */
  boolean awaitExecuted(Connection connection, GtidSet gtids, Duration timeout) throws SQLException;

  /**
   * Makes a drained node follow nobody, and wait for an ack on each commit, without end. Tell the
   * others to {@link #follow} it only after this: a MariaDB replica that connects to a source which
   * does not wait for acks sends none until it connects anew ({@link #acknowledge} has it do so).
   *
   * @param acknowledged false only if the acker set is empty on record: commits then wait for
   *     nobody
   * @throws SQLException also if commits wait for an ack that are to be answered without
   */
  void promote(Connection connection, boolean acknowledged) throws SQLException;

  /**
   * As {@code promote(true)}, but for what it knows of its source, if it takes the engine long to
   * forget that: until {@link #forgetSource}, or a restart, it is observed to follow nobody all the
   * same.
   */
  default void halt(Connection connection) throws SQLException {
    promote(connection, true);
  }

  /** The rest of {@link #halt}. The node may be open, and follows nobody. */
  default void forgetSource(Connection connection) throws SQLException {}

  /**
   * The last part of {@link #promote}, for a node that follows nobody already: has every commit
   * wait for an ack, without end, also where it fell back to asynchronous replication.
   */
  void waitForAcks(Connection connection) throws SQLException;

  /**
   * Waits until a replica is connected that acknowledges; false when the time was not enough. One
   * that has just been told to follow takes a moment.
   */
  boolean awaitAcker(Connection connection, Duration timeout) throws SQLException;

  /**
   * Makes commits of a node that is closed wait at most so long for an ack, and not at all while no
   * replica is connected that sends one, so that a record can be committed there in any case.
   * {@link #waitForAcks} takes the limit back, and has a node wait again that fell back to
   * asynchronous replication meanwhile.
   *
   * @throws SQLException also if the node is open
   */
  void limitAckWait(Connection connection, Duration limit) throws SQLException;

  /**
   * Lets the controller's account write while the application's still cannot: for the epoch record.
   */
  void admitController(Connection connection) throws SQLException;

  /** What the server's clock shows, by which it is told until when it may be opened. */
  Instant clock(Connection connection) throws SQLException;

  /**
   * Opens the node to the application, unless it is too late: the server asks its own clock as it
   * carries the statement out, so a statement that was held up on its way, or that a server which
   * stood still finds when it goes on, opens nothing.
   *
   * @param until by the server's {@link #clock}
   * @return whether the node is open; false when it was too late
   * @throws SQLException also if it waits for acks, but not without end
   */
  boolean open(Connection connection, Instant until) throws SQLException;

  /**
   * The same, if a replica is connected that acknowledges; else nothing.
   *
   * @return whether the node is open
   */
  boolean openIfAcknowledged(Connection connection, Instant until) throws SQLException;

  /**
   * Closes the node to everyone. Running commits are waited for, up to about two seconds: a commit
   * that waits for an ack which does not come makes this fail, and such a node is to be killed, not
   * asked.
   *
   * @return false when commits in flight did not end in time; the node may then be open still
   */
  boolean close(Connection connection) throws SQLException;

  /**
   * Makes a closed node follow {@code source} from where it stands, and starts that. A former
   * primary's own transactions count as executed. That it is not errant is the caller's check.
   *
   * @param acker whether the node acknowledges, as a member of the acker set
   * @throws SQLException also if the node is open, or a commit waits for an ack (switching
   *     semi-sync off would answer it)
   */
  void follow(Connection connection, Source source, boolean acker) throws SQLException;

  /** Starts the threads again that a restart or a fence left stopped; nothing if they run. */
  void startReplication(Connection connection) throws SQLException;

  /**
   * Starts only the thread that executes the relay log: to drain a node that was restarted. On
   * MariaDB that throws the relay log away (MDEV-4698), so what such a node had received but not
   * executed does not count.
   */
  void startApplying(Connection connection) throws SQLException;

  /**
   * Stops both threads; what was received stays in the relay log (MariaDB may purge and fetch it
   * again).
   */
  void stopReplication(Connection connection) throws SQLException;

  /** Makes a replica acknowledge or not; its receiving thread is started anew if it ran. */
  void acknowledge(Connection connection, boolean acker) throws SQLException;

  // --- Rebuilding

  /**
   * Replaces all that a closed node holds, its GTIDs and binary logs too, by a copy of the donor's.
   * It takes as long as the copy does.
   *
   * <p>MySQL copies files (the clone plugin), and ends the server then, which somebody is to start
   * again; a copy that breaks off may leave the node without its data. MariaDB has no such
   * statement: all that the controller's account may change is read and written by statements, and
   * a copy that breaks off leaves a node that still shows what was wrong with it.
   *
   * @param donor one that follows nobody: a replica's own way to replicate would be copied, too
   * @param percent is told how much is done, from 0 to 99, where this side knows (MariaDB)
   * @throws SQLException also if the node is open, or a copy is being made already
   */
  void rebuild(Connection connection, Source donor, IntConsumer percent) throws SQLException;

  /**
   * How much of a {@link #rebuild} that runs on this node is done, in percent, where the node knows
   * (MySQL); empty if none runs.
   */
  OptionalInt rebuilt(Connection connection) throws SQLException;

  /**
   * Has this source count everything before the position as acknowledged, in the name of a replica
   * that has executed it. For acknowledgements that were lost: what a replica holds already it is
   * not sent again, so it never acknowledges it, and the commits wait for ever; in the worst case
   * (a group of commits waits and a second one behind it holds the log) there can be no later one
   * whose acknowledgement would do.
   *
   * <p>Both engines take for granted that a semi-synchronous replica has what precedes the position
   * from which it asks for the log. So this asks for the log from there, and hangs up. The
   * connection is of no other use afterwards, and is not the session that holds the node's lock.
   * What is said about a position in this node's log stays true, so it does no harm if it is said
   * late.
   */
  void vouch(Connection connection, LogPosition position) throws SQLException;

  // --- Shutting out

  /**
   * On the primary: locks a replication account and ends its sessions, so that its replica's acks
   * become impossible.
   */
  void shutOut(Connection connection, String username) throws SQLException;

  /** Undoes {@link #shutOut} of those of them that are shut out; commits nothing if none is. */
  void letIn(Connection connection, Collection<String> usernames) throws SQLException;

  /**
   * Ends every session of these accounts.
   *
   * @return how many
   */
  int killSessions(Connection connection, Collection<String> usernames) throws SQLException;
}
