package dev.mainstay.db.controller.testing;

import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Topology;
import dev.mainstay.db.controller.loop.Breakpoint;
import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.loop.ControllerSettings;
import dev.mainstay.db.controller.loop.Links;
import dev.mainstay.db.controller.loop.NodeControl;
import dev.mainstay.db.controller.loop.Orders.Answer;
import dev.mainstay.db.controller.loop.Picture;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.engine.Accounts;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.engine.NodeConnector;
import dev.mainstay.db.failover.Policy;
import dev.mainstay.db.local.Distribution;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.StatementLog;
import dev.mainstay.db.local.testing.TestEngines;
import dev.mainstay.db.local.testing.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A replicated cluster of real nodes, set up and kept by a controller that runs in this JVM.
 *
 * <pre>{@code
 * try (var cluster = ReplicatedCluster.start(Engine.MYSQL, 3);
 *     var connection = cluster.connect(cluster.primary().value(), "app")) { … }
 * }</pre>
 *
 * <p>The nodes are {@code db-1} … {@code db-n}, the schema is {@code mainstay}. Accounts are {@code
 * controller}, {@code app}, {@code migrate} and {@code monitor}. Closing kills the nodes; a JVM
 * that ends without closing kills them too.
 */
public final class ReplicatedCluster implements AutoCloseable {

  public static final String SCHEMA = "mainstay";

  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final int LAST_LINES = 80;
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final List<TestNode> nodes;
  private final boolean rebuild;
  private final List<Controller> controllers = new CopyOnWriteArrayList<>();

  private ReplicatedCluster(List<TestNode> nodes, boolean rebuild) {
    this.nodes = nodes;
    this.rebuild = rebuild;
  }

  /**
   * Starts n nodes and a controller, and returns when all nodes replicate and are in sync. Skips
   * the test where the engine cannot be had.
   */
  public static ReplicatedCluster start(Engine engine, int nodes) {
    return inSync(blank(engine, nodes));
  }

  /** The same, of nodes that keep a {@link StatementLog}. */
  public static ReplicatedCluster startLogged(Engine engine, int nodes) {
    return inSync(blank(engine, nodes, StatementLog.options(LocalEngine.valueOf(engine.name()))));
  }

  private static ReplicatedCluster inSync(ReplicatedCluster cluster) {
    try {
      cluster.startController("rt-1");
      cluster.awaitInSync();
      return cluster;
    } catch (RuntimeException | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  /** Blank nodes that run, and no controller yet. */
  public static ReplicatedCluster blank(Engine engine, int nodes) {
    return blank(engine, nodes, List.of());
  }

  private static ReplicatedCluster blank(Engine engine, int nodes, List<String> options) {
    Distribution programs = TestEngines.require(LocalEngine.valueOf(engine.name()));
    return new ReplicatedCluster(TestNode.blankCluster(programs, nodes, options), true);
  }

  /** These nodes, running or not, and no controller yet; none is rebuilt without being asked. */
  public static ReplicatedCluster leftAlone(List<TestNode> nodes) {
    return new ReplicatedCluster(List.copyOf(nodes), false);
  }

  /** {@code db-1=127.0.0.1:41231}, … */
  public List<String> nodes() {
    return nodes.stream().map(TestNode::address).toList();
  }

  /** The node itself: its port, its process, its log. */
  public TestNode node(String nodeId) {
    return nodes.stream()
        .filter(node -> node.id().equals(nodeId))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no node " + nodeId));
  }

  /** The password of an account; "replication" for those of the replicas. */
  public String password(String account) {
    return account.equals("controller") ? TestNode.CONTROLLER.password() : account + "'sOwn\\pass";
  }

  /** A connection without a schema. */
  public Connection connect(String nodeId, String account) throws SQLException {
    return new NodeConnector(new Credentials(account, password(account)), CONNECT, ANSWER)
        .connect(NodeAddress.parse(node(nodeId).address()));
  }

  /**
   * What an account asked a node of these tables so far, where the nodes were {@link #startLogged
   * told} to write it down.
   */
  public List<String> statements(String nodeId, String account, List<String> tables) {
    TestNode node = node(nodeId);
    try (Connection connection = connect(nodeId, "controller")) {
      return StatementLog.of(
          node.node().distribution().engine(),
          connection,
          node.node().spec().data(),
          account,
          tables);
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** SIGKILL. */
  public void kill(String nodeId) {
    node(nodeId).kill();
  }

  /** An orderly stop (SIGTERM). */
  public void stop(String nodeId) {
    node(nodeId).stop();
  }

  /** Starts a node that was killed or stopped; stops it first if it runs. */
  public void restart(String nodeId) {
    node(nodeId).restart();
  }

  /** SIGSTOP. */
  public void pause(String nodeId) {
    node(nodeId).pause();
  }

  /** SIGCONT. */
  public void resume(String nodeId) {
    node(nodeId).resume();
  }

  /** The primary, which must be there. */
  public NodeId primary() {
    return topology().primary().map(NodeState::id).orElseThrow();
  }

  /** As the leading controller last saw it, or, while none leads, the first. */
  public Topology topology() {
    return controllers.stream()
        .map(Controller::picture)
        .filter(Picture::leading)
        .findFirst()
        .orElseGet(() -> controllers.getFirst().picture())
        .topology();
  }

  /** Another controller of the cluster, which is closed with it. */
  public Controller startController(String id) {
    return startController(id, password("controller"));
  }

  public Controller startController(String id, String password) {
    return startController(id, password, password("replication"));
  }

  /** One that may have other passwords than the rest. */
  public Controller startController(String id, String password, String replication) {
    Controller controller = new Controller(settings(id, password, replication), Clock.systemUTC());
    controllers.add(controller);
    controller.start();
    return controller;
  }

  /** Ends a controller; its locks are free at once. */
  public void stopController(String id) {
    controllers.stream()
        .filter(controller -> controller.id().equals(id))
        .findFirst()
        .ifPresent(
            controller -> {
              controllers.remove(controller);
              controller.close();
            });
  }

  public List<Controller> controllers() {
    return List.copyOf(controllers);
  }

  private ControllerSettings settings(String id, String password, String replication) {
    List<NodeAddress> addresses = nodes().stream().map(NodeAddress::parse).toList();
    return new ControllerSettings(
        id,
        new ClusterSpec("mainstay", addresses, Duration.ofSeconds(3)),
        new Policy(
            Policy.DEFAULT.durability(),
            Policy.DEFAULT.patience(),
            Policy.DEFAULT.absence(),
            Policy.DEFAULT.maxLag(),
            rebuild,
            Policy.DEFAULT.flapping(),
            Policy.DEFAULT.window()),
        new Credentials("controller", password),
        new Accounts(
            SCHEMA,
            new Credentials("app", password("app")),
            new Credentials("migrate", password("migrate")),
            new Credentials("monitor", password("monitor")),
            addresses.stream()
                .map(NodeAddress::id)
                .map(node -> new Credentials(ControllerSettings.user(node), replication))
                .toList()),
        Duration.ofMillis(100),
        Links.DIRECT,
        control(),
        Breakpoint.NONE);
  }

  /** Kills the process and starts it again, as the supervisor would. */
  private NodeControl control() {
    return id -> {
      kill(id.value());
      restart(id.value());
    };
  }

  /** Waits for one writable primary, and all others replicas without lag. */
  public void awaitInSync() {
    awaitTopology(
        topology ->
            topology.primary().filter(NodeState::writable).isPresent()
                && topology.replicas().size() == nodes.size() - 1
                && topology.replicas().stream()
                    .allMatch(node -> node.lag().filter(Duration::isZero).isPresent()));
  }

  /**
   * Waits until all is in sync under {@code db-1}, which gets its office back by a switchover if
   * another has it, and until all others acknowledge.
   */
  public void awaitInPlace() {
    awaitInSync();
    NodeId first = NodeAddress.parse(nodes().getFirst()).id();
    if (!primary().equals(first)) {
      // Refused as long as the node has not connected again to whom it follows.
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(LIMIT)
          .until(() -> leader().orders().move(first, false).join(), Answer.Done.class::isInstance);
      awaitInSync();
    }
    awaitTopology(t -> t.epoch().orElseThrow().ackers().size() == nodes.size() - 1);
  }

  /** The controller that leads, once one does. */
  public Controller leader() {
    return await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(LIMIT)
        .until(
            () -> controllers.stream().filter(c -> c.picture().leading()).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /**
   * Waits until the topology is as described, or fails with the topology that it is instead, and
   * with the last words of servers that do not run.
   */
  public void awaitTopology(Predicate<Topology> condition) {
    try {
      await().pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(this::topology, condition);
    } catch (ConditionTimeoutException late) {
      String gone =
          nodes.stream()
              .filter(node -> !node.isRunning())
              .map(node -> "%n%s does not run:%n%s".formatted(node.id(), lastWords(node.log())))
              .collect(Collectors.joining());
      throw new AssertionError(late.getMessage() + gone, late);
    }
  }

  private static String lastWords(String log) {
    List<String> lines = log.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  @Override
  public void close() {
    controllers.forEach(Controller::close);
    nodes.forEach(TestNode::close);
  }
}
