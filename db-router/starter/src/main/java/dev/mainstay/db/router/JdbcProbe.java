package dev.mainstay.db.router;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.engine.EngineSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Looks at nodes over JDBC with the monitor's account, one kept connection a node. Each answer is
 * bounded by the socket time-out, a whole look by a watchdog that aborts the connection: a node
 * that dribbles its answers is not waited for either.
 */
public final class JdbcProbe implements NodeProbe, AutoCloseable {

  private record Contact(Connection connection, EngineSql sql) {}

  private final Dial dial;
  private final String passwordKey;
  private final Duration timeout;
  private final InstantSource clock;
  private final Map<NodeId, Contact> contacts = new ConcurrentHashMap<>();
  private final ScheduledExecutorService watchdog =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mainstay-db-watchdog").factory());

  /**
   * With the setting {@code mainstay.db.monitor.password}.
   *
   * @param timeout how long a node may take to connect, and to answer one statement; a whole look
   *     takes at most three times as long
   */
  public JdbcProbe(Credentials account, Tls tls, Duration timeout, InstantSource clock) {
    this(account, "mainstay.db.monitor.password", tls, timeout, clock);
  }

  /**
   * @param passwordKey the setting that holds the account's password, for people to look at
   */
  public JdbcProbe(
      Credentials account, String passwordKey, Tls tls, Duration timeout, InstantSource clock) {
    this.dial = new Dial(account, tls, timeout, timeout);
    this.passwordKey = passwordKey;
    this.timeout = timeout;
    this.clock = clock;
  }

  @Override
  public Observation observe(NodeAddress node) {
    try {
      Contact contact = contact(node);
      ScheduledFuture<?> bite =
          watchdog.schedule(
              () -> abort(contact.connection()), 2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
      try {
        return contact.sql().observe(contact.connection(), node, clock.instant());
      } finally {
        bite.cancel(false);
      }
    } catch (SQLException | RuntimeException e) {
      drop(node.id());
      String why = Failures.reason(e);
      return new Observation.Unreachable(
          node,
          clock.instant(),
          Failures.isAccessDenied(e) ? "%s; check %s".formatted(why, passwordKey) : why);
    }
  }

  private Contact contact(NodeAddress node) throws SQLException {
    Contact known = contacts.get(node.id());
    if (known != null) {
      return known;
    }
    Connection connection = dial.open(node);
    try {
      Contact contact = new Contact(connection, EngineSql.of(connection));
      contacts.put(node.id(), contact);
      return contact;
    } catch (SQLException | RuntimeException e) {
      abort(connection);
      throw e;
    }
  }

  private void drop(NodeId node) {
    Contact contact = contacts.remove(node);
    if (contact != null) {
      abort(contact.connection());
    }
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // It is being thrown away; whatever it says about that is of no use to anyone.
    }
  }

  @Override
  public void close() {
    watchdog.shutdownNow();
    contacts.keySet().forEach(this::drop);
  }
}
