package dev.mainstay.db.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.SemiSync;
import dev.mainstay.db.Topology;
import dev.mainstay.db.controller.ControllerApplication;
import dev.mainstay.db.controller.loop.Orders.Answer;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.engine.EngineSql;
import dev.mainstay.db.failover.Rules;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** One cluster of three real nodes that a controller set up from blank, and what befalls it. */
@EachEngine
@ExtendWith(OutputCaptureExtension.class)
class ControllerIT {

  private static final String TOKEN = "the token";
  private static final NodeId FIRST = new NodeId("db-1");

  @SuppressWarnings("NullAway.Init") // started before the first test of the class
  private static ReplicatedCluster cluster;

  private final LocalEngine engine;

  ControllerIT(LocalEngine engine) {
    this.engine = engine;
  }

  @BeforeParameterizedClassInvocation
  static void start(LocalEngine engine) throws SQLException {
    cluster = ReplicatedCluster.start(Engine.valueOf(engine.name()), 3);
    Query.run(
        cluster,
        "db-1",
        "migrate",
        "CREATE TABLE mainstay.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(40))");
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    Stream.ofNullable(cluster).forEach(ReplicatedCluster::close); // none where it was skipped
  }

  /** All follow the first node, which so gets the office back where a test took it. */
  @BeforeEach
  void allIsWell() {
    cluster.awaitInPlace();
  }

  private static Answer switchover(String to) {
    return cluster.leader().orders().move(new NodeId(to), false).join();
  }

  @Test
  void theFirstNodeIsPrimaryAndTheOthersAcknowledge() throws SQLException {
    Topology topology = cluster.topology();

    assertThat(topology.engine().map(Engine::name)).hasValue(engine.name());
    EpochRecord epoch = topology.epoch().orElseThrow();
    assertThat(epoch.primary()).isEqualTo(new NodeId("db-1"));
    assertThat(epoch.ackers()).isEqualTo(Set.of(new NodeId("db-2"), new NodeId("db-3")));
    assertThat(topology.nodes())
        .extracting(NodeState::role)
        .containsExactly(Role.PRIMARY, Role.REPLICA, Role.REPLICA);
    await().untilAsserted(() -> assertThat(semiSync("db-1").clients()).isEqualTo(2));
    assertThat(semiSync("db-2").replicaActive()).isTrue();
    assertThat(semiSync("db-3").replicaActive()).isTrue();
  }

  private static SemiSync semiSync(String node) throws SQLException {
    try (Connection connection = cluster.connect(node, "monitor")) {
      NodeAddress address = NodeAddress.parse(cluster.node(node).address());
      return EngineSql.of(connection).observe(connection, address, Instant.EPOCH).semiSync();
    }
  }

  @Test
  void aWriteReachesEveryNodeUnderEqualGtids() throws SQLException {
    String value = write();

    for (String node : List.of("db-2", "db-3")) {
      await().untilAsserted(() -> assertThat(values(node)).contains(value));
    }
    // The heartbeat goes on: at some instant all three show the same.
    cluster.awaitTopology(
        t ->
            t.nodes().stream().map(n -> n.gtid().orElseThrow().toString()).distinct().count() == 1);
  }

  @Test
  void theApplicationWritesDataAndNothingElse() {
    String user = "CREATE USER x IDENTIFIED BY 'x'";
    Stream.of(
            user,
            "CREATE TABLE mainstay.x (id INT)",
            "DROP TABLE mainstay.t",
            "CREATE DATABASE x",
            "SET GLOBAL read_only = 1",
            "INSERT INTO mainstay_control.epoch VALUES (99, 'db-2', '')",
            "SELECT * FROM mysql.user",
            "GRANT SELECT ON mainstay.* TO app")
        .forEach(
            sql ->
                assertThatThrownBy(() -> Query.run(cluster, "db-1", "app", sql))
                    .as(sql)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("denied"));
    assertThatThrownBy(() -> Query.run(cluster, "db-1", "migrate", user))
        .hasMessageContaining("denied");
    assertThatThrownBy(
            () -> Query.run(cluster, "db-1", "monitor", "INSERT INTO mainstay.t (v) VALUES ('x')"))
        .hasMessageContaining("denied");
  }

  @Test
  void replicasTakeNoWrites() {
    assertThatThrownBy(
            () -> Query.run(cluster, "db-2", "app", "INSERT INTO mainstay.t (v) VALUES ('x')"))
        .hasMessageContaining("read-only");
  }

  @Test
  void theMonitorSeesWhatTheControllerSees() throws SQLException {
    assertThat(
            Query.value(
                cluster, "db-3", "monitor", "SELECT cluster_id FROM mainstay_control.cluster"))
        .startsWith("mainstay/");
  }

  @Test
  void theHeartbeatGoesOn() {
    Instant before = heartbeat("db-1");

    await().untilAsserted(() -> assertThat(heartbeat("db-1")).isAfter(before));
    Instant later = heartbeat("db-1");
    await().untilAsserted(() -> assertThat(heartbeat("db-3")).isAfterOrEqualTo(later));
  }

  @Test
  void aSecondControllerOnlyLooksAndTakesOverWhenTheFirstIsGone() throws SQLException {
    Controller second = cluster.startController("rt-2");
    await().until(() -> second.picture().topology().primary().isPresent());
    await().until(() -> second.picture().leader().isPresent());
    String leader = second.picture().leader().orElseThrow();

    assertThat(second.picture().leading()).isFalse();
    assertThat(leader).isNotEqualTo("rt-2");

    cluster.stopController(leader);

    await().until(() -> second.picture().leading());
    await().until(() -> second.picture().leader().equals(Optional.of("rt-2")));
    cluster.awaitInSync();
    write();
  }

  @Test
  void aKilledReplicaRejoins() throws SQLException {
    cluster.kill("db-3");
    cluster.awaitTopology(t -> role(t, "db-3") == Role.UNREACHABLE);
    String value = write();
    cluster.restart("db-3");

    cluster.awaitInSync();
    assertThat(values("db-3")).contains(value);
  }

  @Test
  void aPausedReplicaStallsNothing() throws SQLException {
    cluster.pause("db-2");
    try {
      cluster.awaitTopology(t -> role(t, "db-2") == Role.UNREACHABLE);
      Instant from = heartbeat("db-1");
      long began = System.nanoTime();
      await().until(() -> heartbeat("db-1").isAfter(from));

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
      write();
    } finally {
      cluster.resume("db-2");
    }
    cluster.awaitInSync();
  }

  @Test
  void aKilledPrimaryIsSucceededAndRejoins() throws SQLException {
    String value = write();
    long epoch = cluster.topology().epoch().orElseThrow().epoch();

    String more;
    cluster.kill("db-1");
    try {
      awaitSuccessor();
      more = write();
    } finally {
      cluster.restart("db-1");
    }

    cluster.awaitInSync();
    assertThat(cluster.primary()).isNotEqualTo(FIRST);
    assertThat(cluster.topology().epoch().orElseThrow().epoch())
        .isGreaterThanOrEqualTo(epoch + Rules.TERM);
    for (String node : List.of("db-1", "db-2", "db-3")) {
      await().untilAsserted(() -> assertThat(values(node)).contains(value, more));
    }
    cluster.awaitTopology(t -> t.epoch().orElseThrow().ackers().contains(FIRST));
  }

  @Test
  void aPrimaryThatRestartsFasterThanItsDeathIsNoticedGetsANewEpoch() throws SQLException {
    String value = write();
    long epoch = cluster.topology().epoch().orElseThrow().epoch();

    cluster.kill("db-1");
    cluster.restart("db-1");

    cluster.awaitTopology(
        t -> t.epoch().filter(e -> e.epoch() > epoch).isPresent() && t.primary().isPresent());
    cluster.awaitInSync();
    assertThat(values(cluster.primary().value())).contains(value);
    write();
  }

  @Test
  void aPrimaryThatStandsStillIsSucceededAndDoesNoHarmWhenItWakes() throws SQLException {
    String value = write();
    cluster.pause("db-1");
    try {
      awaitSuccessor();
      write();
    } finally {
      cluster.resume("db-1");
    }

    cluster.awaitTopology(t -> role(t, "db-1") == Role.REPLICA);
    cluster.awaitInSync();
    assertThat(values("db-1")).contains(value);
  }

  @Test
  void aSwitchoverMovesTheOfficeAndIsToldByEvents() throws SQLException {
    long epoch = cluster.topology().epoch().orElseThrow().epoch();
    Events events = cluster.leader().events();
    BlockingQueue<Event> queue = events.listen(Long.MAX_VALUE);
    try {
      Answer answer = switchover("db-3");

      assertThat(answer)
          .isInstanceOfSatisfying(
              Answer.Done.class,
              done -> {
                assertThat(done.primary()).isEqualTo(new NodeId("db-3"));
                assertThat(done.epoch()).isEqualTo(epoch + Rules.TERM);
              });
      write();
      await().until(() -> queue.stream().anyMatch(e -> e.kind() == Event.Kind.PRIMARY));
      assertThat(queue)
          .extracting(Event::kind)
          .contains(Event.Kind.SWITCHOVER, Event.Kind.STEP, Event.Kind.ACKERS);
    } finally {
      events.leave(queue);
    }
  }

  @Test
  void aSwitchoverThatMustNotBeIsRefusedAndChangesNothing() throws SQLException {
    EpochRecord epoch = cluster.topology().epoch().orElseThrow();
    cluster.kill("db-3");
    try {
      cluster.awaitTopology(t -> role(t, "db-3") == Role.UNREACHABLE);

      assertThat(switchover("db-1")).isEqualTo(new Answer.Refused("db-1 is primary already"));
      assertThat(switchover("db-3"))
          .isEqualTo(new Answer.Refused("db-3 is not reached, or of another cluster"));
      assertThat(switchover("db-9"))
          .isEqualTo(new Answer.Refused("db-9 is not a node of this cluster"));
      assertThat(cluster.topology().epoch().orElseThrow().primary()).isEqualTo(epoch.primary());
      write();
    } finally {
      cluster.restart("db-3");
    }
  }

  @Test
  void whereTheRulesRefuseAPersonMayForceIt() throws SQLException {
    String value = write();
    for (String node : List.of("db-2", "db-3")) {
      await().untilAsserted(() -> assertThat(values(node)).contains(value));
    }
    long epoch = cluster.topology().epoch().orElseThrow().epoch();
    Controller controller = cluster.leader();
    cluster.kill("db-1");
    cluster.kill("db-2");
    try {
      await().until(() -> controller.picture().leader().isEmpty());

      Answer losses = controller.orders().losses(new NodeId("db-3")).join();
      Answer answer = controller.orders().move(new NodeId("db-3"), true).join();

      assertThat(losses)
          .isInstanceOfSatisfying(
              Answer.Losses.class,
              told ->
                  assertThat(told.losses())
                      .hasSize(2)
                      .allMatch(line -> line.contains("what it holds and db-3 does not is lost")));
      assertThat(answer)
          .isInstanceOfSatisfying(
              Answer.Done.class, done -> assertThat(done.epoch()).isGreaterThan(epoch + 100));
      write();
      assertThat(values("db-3")).contains(value);
    } finally {
      cluster.restart("db-1");
      cluster.restart("db-2");
    }
  }

  @Test
  void aForcedFailOverFromAnOpenPrimaryLosesNothing() throws Exception {
    CountDownLatch underWay = new CountDownLatch(10);
    CompletableFuture<List<String>> acknowledged =
        CompletableFuture.supplyAsync(() -> writeUntilRefused("db-1", underWay));
    underWay.await();

    Answer answer = cluster.leader().orders().move(new NodeId("db-2"), true).join();

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Done.class, done -> assertThat(done.primary()).isEqualTo(new NodeId("db-2")));
    assertThat(values("db-2")).containsAll(acknowledged.get());
    write();
  }

  /** What was acknowledged. */
  private static List<String> writeUntilRefused(String node, CountDownLatch each) {
    List<String> values = new ArrayList<>();
    try {
      while (true) {
        String value = "v" + System.nanoTime();
        Query.run(
            cluster, node, "app", "INSERT INTO mainstay.t (v) VALUES ('%s')".formatted(value));
        values.add(value);
        each.countDown();
      }
    } catch (SQLException e) {
      return values;
    }
  }

  @Test
  void afterAnOrderlyStopOfEverythingTheSamePrimaryOpensWithItsData() throws SQLException {
    String value = write();
    long epoch = cluster.topology().epoch().orElseThrow().epoch();

    // As `down` does. Replicas first: a MySQL that stops waits 8 s for replicas that hang on it.
    cluster.stopController(cluster.leader().id());
    cluster.stop("db-3");
    cluster.stop("db-2");
    cluster.stop("db-1");
    cluster.restart("db-3");
    cluster.restart("db-2");
    cluster.restart("db-1");
    cluster.startController("rt-1");

    cluster.awaitInSync();
    assertThat(cluster.primary()).isEqualTo(FIRST);
    assertThat(cluster.topology().epoch().orElseThrow().epoch()).isGreaterThan(epoch);
    assertThat(values("db-1")).contains(value);
    write();
  }

  @Test
  void theProcessServesItsTopologyAndItsHealth(CapturedOutput output) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.add("--server.port=0");
    arguments.add("--mainstay.controller.id=rt-7");
    arguments.add("--mainstay.controller.nodes=" + String.join(",", cluster.nodes()));
    arguments.add("--mainstay.controller.password=" + cluster.password("controller"));
    arguments.add("--mainstay.controller.token=" + TOKEN);
    for (String account : List.of("application", "migrate", "monitor", "replication")) {
      arguments.add("--mainstay.controller.accounts.%s.password=x".formatted(account));
    }
    try (ConfigurableApplicationContext application =
        SpringApplication.run(ControllerApplication.class, arguments.toArray(String[]::new))) {
      String site =
          "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port");

      await().until(() -> get(site + "/api/topology").body().contains("\"writable\":true"));
      assertThat(get(site + "/api/topology").body())
          .startsWith(
              "{\"controller\":\"rt-7\",\"cluster\":\"mainstay\",\"engine\":\"%s\",\"epoch\":"
                  .formatted(engine.name()))
          .contains("\"primary\":\"db-1\",\"leader\":\"rt-")
          .contains(
              "{\"id\":\"db-1\",\"role\":\"PRIMARY\",\"writable\":true,\"lagMillis\":0,\"gtid\":\"")
          .contains("\"why\":\"follows db-1\"")
          .doesNotContain("\"leader\":\"rt-7\"");
      assertThat(get(site + "/actuator/health/liveness").statusCode()).isEqualTo(200);
      assertThat(get(site + "/actuator/health/readiness").body())
          .contains("\"leading\":false")
          .contains("\"writable\":\"db-1\"");
      assertThat(get(site + "/actuator/metrics/mainstay.node.writable").statusCode())
          .isEqualTo(200);
      HttpResponse<String> missing = get(site + "/api/nothing");
      assertThat(missing.statusCode()).isEqualTo(404);
      assertThat(missing.headers().firstValue("Content-Type")).hasValue("application/problem+json");
      refusesWhatMustNotBe(site);
      assertThat(output)
          .containsOnlyOnce(
              "An order for a switchover was refused: its token is not the one of mainstay.controller.token");
    }
  }

  private static void refusesWhatMustNotBe(String site) throws IOException, InterruptedException {
    for (String path : List.of("/api/switchover", "/api/rebuild")) {
      String field = path.endsWith("rebuild") ? "node" : "to";
      HttpResponse<String> stranger = post(site + path, "{\"%s\":\"db-2\"}".formatted(field), "x");
      assertThat(stranger.statusCode()).isEqualTo(401);
      assertThat(stranger.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
      assertThat(post(site + path, "{}", TOKEN).statusCode()).isEqualTo(400);
      assertThat(post(site + path, "{\"", TOKEN).statusCode()).isEqualTo(400);
      HttpResponse<String> unknown = post(site + path, "{\"%s\":\"db-9\"}".formatted(field), TOKEN);
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(unknown.body()).contains("db-1, db-2, db-3");
      HttpResponse<String> other = post(site + path, "{\"%s\":\"db-2\"}".formatted(field), TOKEN);
      assertThat(other.statusCode()).isEqualTo(409);
      assertThat(other.body()).contains("rt-7 does not lead; ask rt-");
    }
  }

  private static HttpResponse<String> post(String uri, String body, String token)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(uri))
              .header("Authorization", "Bearer " + token)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static HttpResponse<String> get(String uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void aWrongPasswordIsSaidClearly() {
    Controller stranger = cluster.startController("rt-9", "not the password");
    try {
      await().until(() -> !stranger.picture().topology().nodes().isEmpty());

      assertThat(stranger.picture().topology().nodes())
          .extracting(NodeState::why)
          .containsOnly("access denied for user controller, check mainstay.controller.password");
      assertThat(stranger.picture().leading()).isFalse();
    } finally {
      cluster.stopController("rt-9");
    }
  }

  /** A new leader gives the accounts the passwords that it has; the nodes keep those they know. */
  @Test
  void aReplicationPasswordThatTheNodesDoNotKnowIsSaidClearly() throws SQLException {
    cluster.controllers().forEach(controller -> cluster.stopController(controller.id()));
    Controller stranger =
        cluster.startController("rt-9", cluster.password("controller"), "not the password");
    BlockingQueue<Event> events = stranger.events().listen(0);
    try {
      await().until(() -> heard(events, "gets schema and accounts"));
      restartReceiver("db-2");

      await().until(() -> why(stranger, "db-2").contains("denies access to user repl_db-2"));
      assertThat(why(stranger, "db-2"))
          .endsWith("check mainstay.controller.accounts.replication.password");
      await().until(() -> heard(events, "db-2 is REPLICA (its source denies access"));
    } finally {
      cluster.stopController("rt-9");
      cluster.startController("rt-1");
    }
  }

  private static void restartReceiver(String node) throws SQLException {
    try (Connection connection = cluster.connect(node, "controller")) {
      EngineSql sql = EngineSql.of(connection);
      sql.stopReceiving(connection);
      sql.startReplication(connection);
    }
  }

  private static boolean heard(BlockingQueue<Event> events, String text) {
    return events.stream().anyMatch(event -> event.text().contains(text));
  }

  private static String why(Controller controller, String node) {
    return controller.picture().topology().node(new NodeId(node)).orElseThrow().why();
  }

  private static void awaitSuccessor() {
    cluster.awaitTopology(
        t -> t.primary().filter(p -> p.writable() && !p.id().equals(FIRST)).isPresent());
  }

  /** Inserts a row as the application, and returns its value. */
  private static String write() throws SQLException {
    String value = "v" + System.nanoTime();
    Query.run(
        cluster,
        cluster.primary().value(),
        "app",
        "INSERT INTO mainstay.t (v) VALUES ('%s')".formatted(value));
    return value;
  }

  private static List<String> values(String node) throws SQLException {
    return Query.column(cluster, node, "app", "SELECT v FROM mainstay.t");
  }

  private static Role role(Topology topology, String node) {
    return topology.node(new NodeId(node)).orElseThrow().role();
  }

  private static Instant heartbeat(String node) {
    return cluster
        .topology()
        .node(new NodeId(node))
        .flatMap(NodeState::heartbeat)
        .orElse(Instant.EPOCH);
  }
}
