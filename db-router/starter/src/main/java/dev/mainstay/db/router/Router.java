package dev.mainstay.db.router;

import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import dev.mainstay.db.engine.Credentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Hands out connections: for writes to the primary, for reads to the node that the {@link
 * ReadPolicy} prefers and that gives one.
 *
 * <p>On a new epoch, when the primary changes, and when a node goes away, idle connections are
 * closed, and those in use when they are given back.
 */
public final class Router implements AutoCloseable {

  private static final Duration FIRST_LOOK = Duration.ofSeconds(3);

  private final TopologyMonitor monitor;
  private final ReadPolicy reads;
  private final RouterSettings settings;
  private final NodePools pools;
  private final AtomicLong turn = new AtomicLong(ThreadLocalRandom.current().nextInt(1 << 20));
  private final Map<Routed, LongAdder> routed = new ConcurrentHashMap<>();
  private final LongAdder writesWithoutPrimary = new LongAdder();

  /** What connections are counted by. */
  record Routed(NodeId node, Use use) {}

  /**
   * @param metrics where the pools report to, if anywhere
   */
  public Router(
      TopologyMonitor monitor,
      ReadPolicy reads,
      RouterSettings settings,
      @Nullable MetricsTrackerFactory metrics) {
    this.monitor = monitor;
    this.reads = reads;
    this.settings = settings;
    this.pools =
        new NodePools(
            settings.schema(),
            new Dial(
                settings.application(),
                settings.tls(),
                settings.pool().connectTimeout(),
                settings.pool().socketTimeout()),
            settings.pool(),
            new NodePools.Listener() {
              @Override
              public void unreachable(NodeAddress node, String why) {
                monitor.lost(node, why);
              }

              @Override
              public void doubtful(NodeAddress node) {
                monitor.doubt(node.id());
              }
            },
            metrics);
    monitor.addListener(this::follow);
  }

  private void follow(Topology before, Topology after) {
    if (!before.epoch().equals(after.epoch()) || !primaryId(before).equals(primaryId(after))) {
      pools.evictSoftly(node -> true);
    }
    for (NodeState now : after.nodes()) {
      boolean wasAway =
          before.node(now.id()).filter(was -> was.role() == Role.UNREACHABLE).isPresent();
      boolean isAway = now.role() == Role.UNREACHABLE;
      if (isAway && !wasAway) {
        pools.away(now.id());
      } else if (wasAway && !isAway) {
        pools.back(now.id());
      }
    }
  }

  private static Optional<NodeId> primaryId(Topology topology) {
    return topology.primary().map(node -> node.address().id());
  }

  /**
   * A connection for {@code use}.
   *
   * @throws NoPrimaryException if it is for a write and there is no primary
   * @throws NoReadableNodeException if it is for a read and no node gave one
   */
  public Connection connection(Use use) throws SQLException {
    awaitFirstLook();
    return switch (use) {
      case READ -> forRead();
      case WRITE -> forWrite();
    };
  }

  /** Right after the start nothing is known of any node, which is not to say that there is none. */
  private void awaitFirstLook() throws SQLException {
    try {
      monitor.awaitFirstLook(FIRST_LOOK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLTransientConnectionException("interrupted while waiting for the nodes", e);
    }
  }

  private Connection forWrite() throws SQLException {
    NodeState primary = primary();
    try {
      return count(primary, Use.WRITE, pooled(primary, Use.WRITE));
    } catch (SQLException e) {
      if (primaryId(monitor.topology()).filter(primary.address().id()::equals).isEmpty()) {
        writesWithoutPrimary.increment();
        throw new NoPrimaryException("no primary to write to: " + describe(monitor.topology()), e);
      }
      throw e;
    }
  }

  /**
   * The node that takes writes at this moment.
   *
   * <p>A write that finds none fails at once. This is the place where it will be held until there
   * is one.
   */
  NodeState primary() throws NoPrimaryException {
    Topology topology = monitor.topology();
    NodeState primary = topology.primary().orElse(null);
    if (primary == null) {
      writesWithoutPrimary.increment();
      throw new NoPrimaryException("no primary to write to: " + describe(topology));
    }
    return primary;
  }

  private Connection forRead() throws SQLException {
    Topology topology = monitor.topology();
    SQLException last = null;
    for (NodeState node : candidates(topology)) {
      if (isGone(node)) {
        continue;
      }
      try {
        return count(node, Use.READ, pooled(node, Use.READ));
      } catch (SQLException e) {
        if (last != null) {
          e.addSuppressed(last);
        }
        last = e;
      }
    }
    throw new NoReadableNodeException(
        "no node to read from: " + describe(monitor.topology()), last);
  }

  private List<NodeState> candidates(Topology topology) {
    List<NodeState> candidates = reads.candidates(topology, turn.getAndIncrement());
    boolean primaryFirst =
        switch (settings.consistency()) {
          case CAUSAL -> OwnWrites.mustBeSeen();
          case EVENTUAL -> false;
          case PRIMARY -> true;
        };
    List<NodeState> order = new ArrayList<>(candidates);
    if (primaryFirst && topology.primary().isPresent()) {
      order.removeIf(node -> node.role() == Role.PRIMARY);
      order.addFirst(topology.primary().get());
    }
    // The sort is stable. A node that a connection has just broken to comes last: others in the
    // pool are likely to be broken too.
    order.sort(Comparator.comparing(node -> monitor.isDoubtful(node.id())));
    return order;
  }

  /** Whether a node became unreachable after the candidates were chosen. */
  private boolean isGone(NodeState node) {
    return monitor.topology().nodes().stream()
        .anyMatch(
            now ->
                now.address().id().equals(node.address().id()) && now.role() == Role.UNREACHABLE);
  }

  private Connection pooled(NodeState node, Use use) throws SQLException {
    Engine engine = monitor.topology().engine().orElse(Engine.MYSQL);
    return pools.connection(node.address(), engine, use);
  }

  /**
   * A connection to the primary outside the pools, with another account: for migrations.
   *
   * @param answer how long the server may take to answer one statement
   */
  public Connection directToPrimary(Credentials account, Duration answer) throws SQLException {
    NodeState primary = primary();
    Engine engine = monitor.topology().engine().orElse(Engine.MYSQL);
    try {
      return new Dial(account, settings.tls(), settings.pool().connectTimeout(), answer)
          .open(primary.address(), engine, settings.schema());
    } catch (SQLException e) {
      if (Failures.isLostContact(e)) {
        monitor.lost(primary.address(), Failures.reason(e));
        throw new NoPrimaryException("no primary to write to: " + describe(monitor.topology()), e);
      }
      throw e;
    }
  }

  private Connection count(NodeState node, Use use, Connection connection) {
    routed
        .computeIfAbsent(new Routed(node.address().id(), use), key -> new LongAdder())
        .increment();
    return connection;
  }

  /** How many connections were handed out for this use to this node. */
  public long routed(NodeId node, Use use) {
    LongAdder count = routed.get(new Routed(node, use));
    return count == null ? 0 : count.sum();
  }

  /** How many writes found no primary. */
  public long writesWithoutPrimary() {
    return writesWithoutPrimary.sum();
  }

  private static String describe(Topology topology) {
    return topology.nodes().stream()
        .map(
            node ->
                node.address().id().value()
                    + " is "
                    + node.role()
                    + (node.why().isBlank() ? "" : " (" + shortened(node.why()) + ")"))
        .collect(Collectors.joining(", "));
  }

  /** A server's words on why it cannot follow can be long. */
  private static String shortened(String why) {
    return why.length() <= 100 ? why : why.substring(0, 100) + " …";
  }

  NodePools pools() {
    return pools;
  }

  @Override
  public void close() {
    pools.close();
  }
}
