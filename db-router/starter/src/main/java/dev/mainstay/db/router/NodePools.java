package dev.mainstay.db.router;

import com.mysql.cj.MysqlConnection;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool of connections for each node and {@link Use}, made when it is first needed: only then is
 * the node's engine known.
 *
 * <p>The pools tell what they notice about a node: that it cannot be reached, that a connection to
 * it broke, or that it refused a write because it is read-only. In the last case its pools are
 * emptied softly: Hikari keeps such connections, for they are in order, and would hand them out
 * long after the node has lost its office.
 */
final class NodePools implements AutoCloseable {

  /** Hears what the pools notice about nodes. */
  interface Listener {

    /** The node could not be reached. */
    void unreachable(NodeAddress node, String why);

    /** A connection to the node broke, or the node is not what it was taken for. */
    void doubtful(NodeAddress node);
  }

  private static final Logger log = LoggerFactory.getLogger(NodePools.class);

  private record Key(NodeId node, Use use) {}

  /** What is known of a physical connection. */
  private record Known(ServerRun run, OwnGtids own) {}

  private final String schema;
  private final Dial dial;
  private final PoolSettings settings;
  private final Listener listener;
  private final @Nullable MetricsTrackerFactory metrics;
  private final Map<Key, HikariDataSource> pools = new ConcurrentHashMap<>();
  private final Set<NodeId> refusing = ConcurrentHashMap.newKeySet();

  /** By the driver's own connection. What it is forgotten with is the connection itself. */
  private final Map<MysqlConnection, Known> known =
      Collections.synchronizedMap(new WeakHashMap<>());

  private volatile boolean closed;

  NodePools(
      String schema,
      Dial dial,
      PoolSettings settings,
      Listener listener,
      @Nullable MetricsTrackerFactory metrics) {
    this.schema = schema;
    this.dial = dial;
    this.settings = settings;
    this.listener = listener;
    this.metrics = metrics;
  }

  Connection connection(NodeAddress node, Engine engine, Use use) throws SQLException {
    HikariDataSource pool =
        pools.computeIfAbsent(new Key(node.id(), use), key -> pool(node, engine, use));
    if (closed) {
      pool.close();
      throw new SQLException("the connection pools are closed");
    }
    return pool.getConnection();
  }

  private HikariDataSource pool(NodeAddress node, Engine engine, Use use) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(node.id().value() + "-" + use.name().toLowerCase(Locale.ROOT));
    config.setDataSource(
        new RoutedDataSource(config.getPoolName(), () -> connect(node, engine, use)));
    config.setReadOnly(use == Use.READ);
    config.setMaximumPoolSize(
        switch (use) {
          case READ -> settings.maximumReads();
          case WRITE -> settings.maximumWrites();
        });
    config.setMinimumIdle(Math.min(settings.minimumIdle(), config.getMaximumPoolSize()));
    config.setConnectionTimeout(settings.connectionTimeout().toMillis());
    config.setValidationTimeout(settings.validationTimeout().toMillis());
    config.setIdleTimeout(settings.idleTimeout().toMillis());
    config.setMaxLifetime(settings.maxLifetime().toMillis());
    // A pool whose node is away is an empty pool, not a failed start.
    config.setInitializationFailTimeout(-1);
    config.setExceptionOverride(new Overhearing(node));
    if (metrics != null) {
      config.setMetricsTrackerFactory(metrics);
    }
    return new HikariDataSource(config);
  }

  private Connection connect(NodeAddress node, Engine engine, Use use) throws SQLException {
    Connection connection = null;
    try {
      connection =
          switch (use) {
            case READ -> dial.open(node, engine, schema);
            case WRITE -> dial.openTelling(node, engine, schema);
          };
      MysqlConnection driver = connection.unwrap(MysqlConnection.class);
      known.put(driver, new Known(ServerRun.of(connection), OwnGtids.of(driver)));
      refusing.remove(node.id());
      return connection;
    } catch (SQLException e) {
      if (connection != null) {
        connection.abort(Runnable::run);
      }
      // To whoever waits for a connection this looks like a node that is away.
      if (Failures.isAccessDenied(e) && refusing.add(node.id())) {
        log.error(
            "{} refuses the application: {}; check mainstay.db.password",
            node.id().value(),
            Failures.reason(e));
      }
      if (Failures.isLostContact(e)) {
        listener.unreachable(node, Failures.reason(e));
      }
      throw e;
    }
  }

  /** The server process at the other end of a pooled connection. */
  ServerRun run(Connection pooled) throws SQLException {
    return known(pooled).run();
  }

  /** What is written on a pooled connection. */
  OwnGtids own(Connection pooled) throws SQLException {
    return known(pooled).own();
  }

  private Known known(Connection pooled) throws SQLException {
    Known here = known.get(pooled.unwrap(MysqlConnection.class));
    if (here == null) {
      throw new SQLException("a connection that no pool opened: " + pooled);
    }
    return here;
  }

  /** The number of a pooled connection's session on its server. */
  static long session(Connection pooled) throws SQLException {
    return pooled.unwrap(MysqlConnection.class).getSession().getThreadId();
  }

  /** Closes idle connections now and those in use when they come back. */
  void evictSoftly(Predicate<NodeId> nodes) {
    pools.forEach(
        (key, pool) -> {
          HikariPoolMXBean inner = pool.getHikariPoolMXBean();
          if (nodes.test(key.node()) && inner != null) {
            inner.softEvictConnections();
          }
        });
  }

  /**
   * A node went away: what is left of its connections is dropped, for Hikari would hand out unseen
   * one that was used a moment ago; and nothing tries to fill its pools, nor fills the log, until
   * {@link #back}.
   */
  void away(NodeId node) {
    idle(node, 0);
    evictSoftly(node::equals);
  }

  /** A node came back. */
  void back(NodeId node) {
    idle(node, settings.minimumIdle());
  }

  private void idle(NodeId node, int minimum) {
    pools.forEach(
        (key, pool) -> {
          if (key.node().equals(node)) {
            pool.getHikariConfigMXBean().setMinimumIdle(minimum(pool, minimum));
          }
        });
  }

  private static int minimum(HikariDataSource pool, int minimum) {
    return Math.min(minimum, pool.getMaximumPoolSize());
  }

  /** The pools that exist, for inspection. */
  List<HikariDataSource> all() {
    return List.copyOf(pools.values());
  }

  @Override
  public void close() {
    closed = true;
    // Side by side: each close may wait for a connect that is under way.
    List<Thread> closing =
        pools.values().stream().map(pool -> Thread.ofVirtual().start(pool::close)).toList();
    for (Thread thread : closing) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /**
   * Hikari shows it every exception of every statement; it never overrules what Hikari makes of
   * them.
   */
  private final class Overhearing implements SQLExceptionOverride {

    private final NodeAddress node;

    Overhearing(NodeAddress node) {
      this.node = node;
    }

    @java.lang.Override // the interface has a nested type of the same name
    public SQLExceptionOverride.Override adjudicate(SQLException failure) {
      if (Failures.isReadOnlyNode(failure)) {
        evictSoftly(node.id()::equals);
        listener.doubtful(node);
      } else if (Failures.isLossOfNode(failure)) {
        listener.doubtful(node);
      }
      return SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
  }
}
