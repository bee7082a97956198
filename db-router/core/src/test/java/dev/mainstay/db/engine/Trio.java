package dev.mainstay.db.engine;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.Topology;
import dev.mainstay.db.local.Distribution;
import dev.mainstay.db.local.testing.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Three real nodes, made a primary and two replicas by the operations of {@link EngineSql} alone.
 */
final class Trio implements AutoCloseable {
  static final Credentials APP = new Credentials("app", "app's \\ \"secret\" é");
  static final Credentials MIGRATE = new Credentials("migrate", "migrate-secret");
  static final Credentials MONITOR = new Credentials("monitor", "monitor-secret");
  static final String REPLICATION_PASSWORD = "repl'ication-\\secret";
  static final Duration LONG = Duration.ofSeconds(20);

  static final Credentials CONTROLLER =
      new Credentials(TestNode.CONTROLLER.name(), TestNode.CONTROLLER.password());

  final EngineSql sql;
  final List<Reached> blanks = new ArrayList<>();
  private final List<TestNode> nodes;
  private final Map<String, Connection> connections = new HashMap<>();
  private long epoch;

  Trio(Distribution distribution) throws SQLException {
    nodes = TestNode.blankCluster(distribution, 3, List.of());
    try {
      sql = EngineSql.of(on("db-1"));
      for (TestNode node : nodes) {
        blanks.add(sql.observe(on(node.id()), address(node.id()), Instant.now()));
        sql.resetBlank(on(node.id()));
      }
      Connection primary = on("db-1");
      sql.promote(primary, false);
      sql.admitController(primary);
      sql.createControl(primary, "cluster-1");
      sql.createSchema(primary, "mainstay");
      sql.createAccounts(primary, accounts());
      take("db-1");
      run(
          "db-1",
          MIGRATE,
          "CREATE TABLE mainstay.notice (id INT PRIMARY KEY AUTO_INCREMENT, t TEXT)");
    } catch (SQLException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  static Accounts accounts() {
    return new Accounts(
        "mainstay",
        APP,
        MIGRATE,
        MONITOR,
        List.of(
            replication("db-1"), replication("db-2"), replication("db-3"), replication("db-4")));
  }

  static Credentials replication(String node) {
    return new Credentials("repl_" + node, REPLICATION_PASSWORD);
  }

  Source source(String primary, String replica) {
    return new Source("127.0.0.1", node(primary).port(), replication(replica));
  }

  TestNode node(String id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
  }

  NodeAddress address(String id) {
    return NodeAddress.parse(node(id).address());
  }

  /** The controller's connection to a node, opened anew after a time-out or a restart. */
  Connection on(String id) throws SQLException {
    Connection open = connections.get(id);
    if (open == null || !open.isValid(1)) {
      connections.put(id, open(id, CONTROLLER));
    }
    return Objects.requireNonNull(connections.get(id));
  }

  Connection open(String id, Credentials account) throws SQLException {
    return connector(account, LONG).connect(address(id));
  }

  void hangUp(String id) throws SQLException {
    on(id).close();
  }

  static NodeConnector connector(Credentials account, Duration socketTimeout) {
    return new NodeConnector(account, Duration.ofSeconds(1), socketTimeout);
  }

  void run(String id, Credentials account, String... statements) throws SQLException {
    try (Connection connection = open(id, account)) {
      Sql.run(connection, statements);
    }
  }

  void post(String id) throws SQLException {
    run(id, APP, "INSERT INTO mainstay.notice (t) VALUES ('hello')");
  }

  Reached see(String id) throws SQLException {
    return sql.observe(on(id), address(id), Instant.now());
  }

  GtidSet executed(String id) throws SQLException {
    return see(id).executed();
  }

  Topology topology() throws SQLException {
    List<Observation> round = new ArrayList<>();
    for (TestNode node : nodes) {
      round.add(see(node.id()));
    }
    return Topology.of(round, Instant.now());
  }

  Set<NodeId> others(String primary) {
    return nodes.stream()
        .map(node -> new NodeId(node.id()))
        .filter(id -> !id.value().equals(primary))
        .collect(Collectors.toSet());
  }

  /** Establishes: waits for acks, has the others follow, commits the epoch, opens. */
  void take(String primary) throws SQLException {
    Connection connection = on(primary);
    sql.promote(connection, true);
    for (NodeId replica : others(primary)) {
      sql.follow(on(replica.value()), source(primary, replica.value()), true);
    }
    sql.admitController(connection);
    epoch++;
    if (!sql.commitEpoch(
        connection, new EpochRecord(epoch, new NodeId(primary), others(primary)))) {
      throw new IllegalStateException("epoch %d was taken".formatted(epoch));
    }
    sql.writeHeartbeat(connection, Instant.now(), "rt-1");
    admit(connection);
  }

  /** Opens the node in good time. */
  void admit(Connection connection) throws SQLException {
    if (!sql.open(connection, sql.clock(connection).plus(LONG))) {
      throw new IllegalStateException("it took longer than " + LONG);
    }
  }

  /** A planned change of primary. */
  void switchTo(String next) throws SQLException {
    String current = topology().primary().orElseThrow().id().value();
    if (current.equals(next)) {
      return;
    }
    if (!sql.close(on(current))) {
      throw new IllegalStateException("%s has commits in flight".formatted(current));
    }
    GtidSet all = executed(current);
    for (NodeId replica : others(current)) {
      if (!sql.awaitExecuted(on(replica.value()), all, LONG)) {
        throw new IllegalStateException("%s lags".formatted(replica));
      }
      sql.stopReceiving(on(replica.value()));
    }
    sql.stopReplication(on(next));
    take(next);
  }

  @Override
  public void close() {
    nodes.forEach(TestNode::close);
  }
}
