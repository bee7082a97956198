package dev.mainstay.db.engine;

import static dev.mainstay.db.engine.Trio.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.LogPosition;
import dev.mainstay.db.MysqlGtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.Role;
import dev.mainstay.db.SemiSync;
import dev.mainstay.db.Topology;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.TestNode;
import dev.mainstay.db.local.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of {@link EngineSql}, kept by both engines, on real nodes. */
@ParameterizedClass(name = "{0}")
@EnumSource(TestServer.class)
class EngineSqlIT {

  @SuppressWarnings(
      "NullAway.Init") // started before the first test of an engine, unless it cannot be had
  private static Trio trio;

  private final TestServer server;
  private final LocalEngine engine;

  EngineSqlIT(TestServer server) {
    this.server = server;
    this.engine = server.engine();
  }

  @BeforeParameterizedClassInvocation
  static void start(TestServer server) throws SQLException {
    trio = new Trio(server.require());
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    if (trio != null) {
      trio.close();
    }
  }

  @Test
  void blankNodeLooksBlank() {
    assertThat(trio.blanks).hasSize(3);
    for (Reached blank : trio.blanks) {
      assertThat(blank.engine()).isEqualTo(Engine.valueOf(engine.name()));
      assertThat(blank.version()).contains(server.require().version().toString());
      assertThat(blank.readOnly()).isTrue();
      assertThat(blank.executed()).isEqualTo(GtidSet.empty(blank.engine()));
      assertThat(blank.clusterId()).isEmpty();
      assertThat(blank.replication()).isEmpty();
      assertThat(blank.semiSync()).isEqualTo(SemiSync.OFF);
      assertThat(blank.epoch()).isEmpty();
      assertThat(blank.heartbeat()).isEmpty();
      assertThat(blank.startedAt()).isBetween(Instant.now().minusSeconds(600), Instant.now());
    }
    assertThat(Topology.of(trio.blanks, Instant.now()).nodes())
        .allMatch(node -> node.role() == Role.QUARANTINED && node.why().equals("is blank"));
  }

  @Test
  void usedNodeIsNotBlankAndIsNotReset() throws SQLException {
    for (String id : List.of("db-1", "db-2")) {
      GtidSet before = trio.executed(id);

      assertThat(trio.sql.blank(trio.on(id))).isFalse();
      assertThatThrownBy(() -> trio.sql.resetBlank(trio.on(id)))
          .hasMessageContaining("expected: a blank node");
      assertThat(trio.executed(id)).isEqualTo(before);
    }
  }

  @Test
  void writeReachesReplicasAndGtidsAreEqual() throws SQLException {
    trio.switchTo("db-1");
    trio.post("db-1");

    GtidSet all = trio.executed("db-1");
    for (String replica : List.of("db-2", "db-3")) {
      assertThat(trio.sql.awaitExecuted(trio.on(replica), all, LONG)).isTrue();
      assertThat(trio.executed(replica)).isEqualTo(all);
      assertThat(trio.see(replica).held()).isEqualTo(all);
      assertThat(trio.see(replica).replication().orElseThrow().following()).isTrue();
      assertThat(trio.see(replica).replication().orElseThrow().sourceServerId()).isEqualTo(1);
    }
    Reached primary = trio.see("db-1");
    assertThat(primary.semiSync().canBeAcknowledged()).isTrue();
    assertThat(primary.semiSync().clients()).isEqualTo(2);
    assertThat(primary.leader()).contains("rt-1");
    Topology topology = trio.topology();
    assertThat(topology.nodes())
        .extracting(NodeState::role)
        .containsExactly(Role.PRIMARY, Role.REPLICA, Role.REPLICA);
    assertThat(topology.primary().orElseThrow().writable()).isTrue();
    assertThat(topology.replicas())
        .allSatisfy(
            node -> {
              assertThat(node.lag()).contains(Duration.ZERO);
              assertThat(node.why()).isEqualTo("follows db-1");
            });
  }

  @Test
  void primaryOnItsOwnNeitherAnswersNorClosesNorFollows() throws Exception {
    trio.switchTo("db-1");
    for (String replica : List.of("db-2", "db-3")) {
      trio.sql.stopReceiving(trio.on(replica));
    }
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 0);

    CompletableFuture<Void> post = inBackground(() -> trio.post("db-1"));
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().waiting() == 1);

    assertThat(trio.topology().primary().orElseThrow().writable()).isFalse();
    assertThat(trio.sql.close(trio.on("db-1"))).isFalse();
    assertThatThrownBy(() -> trio.sql.follow(trio.on("db-1"), trio.source("db-2", "db-1"), true))
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> trio.sql.promote(trio.on("db-1"), false))
        .hasMessageContaining("switching semi-sync off would answer them");
    assertThat(trio.see("db-1").semiSync().source()).isTrue();
    assertThat(post).isNotDone();

    trio.sql.startReplication(trio.on("db-2"));
    assertThat(post).succeedsWithin(LONG);
    trio.sql.startReplication(trio.on("db-3"));
    trio.admit(trio.on("db-1"));
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  @Test
  void haltedNodeIsSeenToFollowNobodyAndForgetsItsSourceWheneverThatSuits() throws SQLException {
    trio.switchTo("db-1");
    trio.sql.halt(trio.on("db-2"));

    Reached halted = trio.see("db-2");
    assertThat(halted.replication()).isEmpty();
    assertThat(halted.readOnly()).isTrue();
    assertThat(halted.semiSync().source()).isTrue();
    assertThat(halted.semiSync().replica()).isFalse();

    trio.sql.forgetSource(trio.on("db-2"));
    trio.node("db-2").restart();
    assertThat(trio.see("db-2").replication()).isEmpty();

    trio.sql.follow(trio.on("db-2"), trio.source("db-1", "db-2"), true);
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  @Test
  void whatAHaltedMysqlHasNotForgottenIsSeenAgainAfterARestart() throws SQLException {
    if (engine == LocalEngine.MARIADB) {
      return; // It forgets at once.
    }
    trio.switchTo("db-1");
    trio.sql.halt(trio.on("db-2"));
    trio.node("db-2").restart();

    Reached restarted = trio.see("db-2");
    assertThat(restarted.replication().orElseThrow().sourcePort())
        .isEqualTo(trio.node("db-1").port());
    assertThat(restarted.replication().orElseThrow().following()).isFalse();

    trio.sql.halt(trio.on("db-2"));
    trio.sql.acknowledge(trio.on("db-2"), true);
    trio.sql.startReplication(trio.on("db-2"));
    trio.post("db-1");
    assertThat(trio.sql.awaitExecuted(trio.on("db-2"), trio.executed("db-1"), LONG)).isTrue();
    assertThat(trio.see("db-2").semiSync().source()).isFalse();
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  @Test
  void killedSessionIsNotToldThatItsWaitingCommitIsDone() throws Exception {
    trio.switchTo("db-1");
    for (String replica : List.of("db-2", "db-3")) {
      trio.sql.stopReceiving(trio.on(replica));
    }
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 0);
    CompletableFuture<Void> post = inBackground(() -> trio.post("db-1"));
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().waiting() == 1);

    assertThat(trio.sql.killSessions(trio.on("db-1"), Set.of("app"))).isEqualTo(1);

    assertThat(post).failsWithin(LONG);
    for (String replica : List.of("db-2", "db-3")) {
      trio.sql.startReplication(trio.on(replica));
    }
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  /** Held against the functions of MySQL itself, tagged GTIDs among the sets. */
  @Test
  void gtidNotationAndAlgebraAreTheServers() throws SQLException {
    assertThat(trio.executed("db-2").toString()).isEqualTo(server(executedOnServer()));
    if (engine == LocalEngine.MARIADB) {
      return; // It has no such functions.
    }
    Random random = new Random(42);
    for (int i = 0; i < 200; i++) {
      String a = someGtids(random);
      String b = someGtids(random);
      MysqlGtidSet mine = MysqlGtidSet.parse(a);
      MysqlGtidSet theirs = MysqlGtidSet.parse(b);

      assertThat(mine.toString()).isEqualTo(server("SELECT GTID_SUBTRACT(?, '')", a));
      assertThat(mine.minus(theirs).toString())
          .isEqualTo(server("SELECT GTID_SUBTRACT(?, ?)", a, b));
      assertThat(theirs.contains(mine) ? "1" : "0")
          .isEqualTo(server("SELECT GTID_SUBSET(?, ?)", a, b));
    }
  }

  private static String server(String query, Object... values) throws SQLException {
    return Sql.text(trio.on("db-2"), query, values).replace("\n", "");
  }

  private static String someGtids(Random random) {
    StringBuilder text = new StringBuilder();
    for (int part = random.nextInt(4); part > 0; part--) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(random.nextBoolean() ? 'A' : 'b')
          .append("e11fa47-71ca-11e1-9e33-c80aa9429562");
      for (int field = random.nextInt(1, 4); field > 0; field--) {
        int first = random.nextInt(1, 20);
        text.append(List.of("", ":tag", ":_x1").get(random.nextInt(3)))
            .append(":%d-%d".formatted(first, first + random.nextInt(6)));
      }
    }
    return text.toString();
  }

  @Test
  void fencedReplicaReceivesNothingAndDrains() throws SQLException {
    trio.switchTo("db-1");
    trio.sql.stopReceiving(trio.on("db-3"));
    GtidSet before = trio.see("db-3").held();
    trio.post("db-1");

    ReplicaStatus fenced = trio.see("db-3").replication().orElseThrow();
    assertThat(fenced.io()).isEqualTo(ReplicaStatus.Io.STOPPED);
    assertThat(fenced.applying()).isTrue();
    assertThat(trio.sql.awaitApplied(trio.on("db-3"), LONG)).isTrue();
    assertThat(trio.executed("db-3")).isEqualTo(before);
    assertThat(
            trio.sql.awaitExecuted(trio.on("db-3"), trio.executed("db-1"), Duration.ofMillis(300)))
        .isFalse();

    trio.sql.startReplication(trio.on("db-3"));
    assertThat(trio.sql.awaitExecuted(trio.on("db-3"), trio.executed("db-1"), LONG)).isTrue();
  }

  @Test
  void officeGoesRoundAndOldPrimaryFollows() throws SQLException {
    for (String next : List.of("db-2", "db-3", "db-1")) {
      trio.switchTo(next);
      trio.post(next);

      GtidSet all = trio.executed(next);
      for (NodeId replica : trio.others(next)) {
        assertThat(trio.sql.awaitExecuted(trio.on(replica.value()), all, LONG)).isTrue();
        assertThatThrownBy(() -> trio.post(replica.value())).hasMessageContaining("read-only");
      }
      Topology topology = trio.topology();
      assertThat(topology.primary().orElseThrow().id().value()).isEqualTo(next);
      assertThat(topology.primary().orElseThrow().writable()).isTrue();
      assertThat(topology.replicas()).hasSize(2);
      assertThat(trio.see(next).replication()).isEmpty();
    }
  }

  @Test
  void admittedNodeTakesTheControllersWritesOnly() throws SQLException {
    trio.switchTo("db-1");
    assertThat(trio.sql.close(trio.on("db-1"))).isTrue();
    trio.sql.admitController(trio.on("db-1"));

    trio.sql.writeHeartbeat(trio.on("db-1"), Instant.now(), "rt-1");
    assertThatThrownBy(() -> trio.post("db-1")).hasMessageContaining("read-only");

    trio.admit(trio.on("db-1"));
    trio.post("db-1");
  }

  @Test
  void statementThatComesTooLateOpensNothing() throws SQLException {
    trio.switchTo("db-1");
    Connection connection = trio.on("db-1");
    assertThat(trio.sql.close(connection)).isTrue();

    assertThat(trio.sql.clock(connection)).isCloseTo(Instant.now(), within(5, ChronoUnit.SECONDS));
    assertThat(trio.sql.open(connection, trio.sql.clock(connection))).isFalse();
    assertThat(trio.sql.openIfAcknowledged(connection, trio.sql.clock(connection))).isFalse();
    assertThat(trio.see("db-1").readOnly()).isTrue();
    assertThatThrownBy(() -> trio.post("db-1")).hasMessageContaining("read-only");

    trio.admit(connection);
    trio.post("db-1");
  }

  @Test
  void openNodeDoesNotFollow() throws SQLException {
    trio.switchTo("db-1");

    assertThatThrownBy(() -> trio.sql.follow(trio.on("db-1"), trio.source("db-2", "db-1"), true))
        .hasMessageContaining("node is open (expected: closed");
    assertThat(trio.see("db-1").replication()).isEmpty();
  }

  @Test
  void killedReplicaComesBackClosedAndRejoins() throws SQLException {
    trio.switchTo("db-1");
    Reached before = trio.see("db-3");
    trio.node("db-3").kill();
    trio.post("db-1");
    trio.node("db-3").start();

    Reached restarted = trio.see("db-3");
    assertThat(restarted.readOnly()).isTrue();
    assertThat(restarted.replication().orElseThrow().io()).isEqualTo(ReplicaStatus.Io.STOPPED);
    assertThat(restarted.startedAt()).isAfterOrEqualTo(before.startedAt());
    trio.sql.acknowledge(trio.on("db-3"), true);
    trio.sql.startReplication(trio.on("db-3"));

    assertThat(trio.sql.awaitExecuted(trio.on("db-3"), trio.executed("db-1"), LONG)).isTrue();
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
    assertThat(trio.see("db-3").semiSync().replicaActive()).isTrue();
  }

  @Test
  void restartedPrimaryIsClosedAndMayBeOpenedAgain() throws SQLException {
    trio.switchTo("db-1");
    trio.post("db-1");
    trio.hangUp("db-1"); // MySQL gives idle sessions ten seconds before it stops
    trio.node("db-1").restart();

    assertThat(trio.see("db-1").readOnly()).isTrue();
    assertThat(trio.see("db-1").semiSync().source()).isFalse();
    assertThat(trio.topology().primary()).isEmpty();
    assertThat(trio.topology().nodes().getFirst().why()).endsWith("but closed");

    trio.take("db-1");
    trio.post("db-1");
    assertThat(trio.topology().primary().orElseThrow().writable()).isTrue();
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  @Test
  void replicaTakenOutOfTheAckersSendsNoAck() throws SQLException {
    trio.switchTo("db-1");
    trio.sql.acknowledge(trio.on("db-3"), false);
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 1);
    trio.post("db-1");
    assertThat(trio.sql.awaitExecuted(trio.on("db-3"), trio.executed("db-1"), LONG)).isTrue();
    assertThat(trio.see("db-3").semiSync().replicaActive()).isFalse();

    trio.sql.acknowledge(trio.on("db-3"), true);
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  /**
   * Trap: MariaDB counts as received what it has received a part of, and never fetches the rest.
   */
  @Test
  void receivingThatIsBrokenOffInTheMiddleOfATransactionLosesNoneOfIt() throws Exception {
    trio.switchTo("db-1");
    trio.run(
        "db-1",
        Trio.MIGRATE,
        "CREATE TABLE mainstay.large (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(2000))",
        "INSERT INTO mainstay.large (v) VALUES (REPEAT('x', 2000))");
    for (int doubled = 0; doubled < 14; doubled++) {
      trio.run("db-1", Trio.MIGRATE, "INSERT INTO mainstay.large (v) SELECT v FROM mainstay.large");
      trio.sql.acknowledge(trio.on("db-3"), doubled % 2 == 0);
      trio.sql.stopReceiving(trio.on("db-3"));
      trio.sql.startReplication(trio.on("db-3"));
    }
    trio.sql.acknowledge(trio.on("db-3"), true);

    assertThat(trio.sql.awaitExecuted(trio.on("db-3"), trio.executed("db-1"), LONG)).isTrue();
    assertThat(Sql.number(trio.on("db-3"), "SELECT COUNT(*) FROM mainstay.large"))
        .isEqualTo(1 << 14);
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  /**
   * Trap: MySQL's parallel applier waits for the rest of a transaction for a minute when it is told
   * to stop.
   */
  @Test
  void applierInTheMiddleOfATransactionIsStoppedAtOnce() throws Exception {
    trio.switchTo("db-1");
    trio.run(
        "db-1",
        Trio.MIGRATE,
        "CREATE TABLE mainstay.torn (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(2000))",
        "INSERT INTO mainstay.torn (v) VALUES (REPEAT('x', 2000))");
    for (int doubled = 0; doubled < 14; doubled++) {
      trio.sql.stopReceiving(trio.on("db-3"));
      trio.run("db-1", Trio.MIGRATE, "INSERT INTO mainstay.torn (v) SELECT v FROM mainstay.torn");
      trio.sql.follow(trio.on("db-3"), trio.source("db-1", "db-3"), false);
      trio.sql.stopReceiving(trio.on("db-3"));

      long began = System.nanoTime();
      trio.sql.stopReplication(trio.on("db-3"));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
      trio.sql.startReplication(trio.on("db-3"));
    }
    trio.sql.acknowledge(trio.on("db-3"), true);

    assertThat(trio.sql.awaitExecuted(trio.on("db-3"), trio.executed("db-1"), LONG)).isTrue();
    assertThat(Sql.number(trio.on("db-3"), "SELECT COUNT(*) FROM mainstay.torn"))
        .isEqualTo(1 << 14);
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  @Test
  void replicaThatIsShutOutStaysOut() throws SQLException {
    trio.switchTo("db-1");
    trio.sql.shutOut(trio.on("db-1"), "repl_db-3");
    await()
        .atMost(LONG)
        .until(
            () ->
                trio.see("db-1").semiSync().clients() == 1
                    && trio.see("db-3").replication().orElseThrow().io()
                        == ReplicaStatus.Io.CONNECTING
                    && trio.see("db-3").replication().orElseThrow().ioFailure().isPresent());

    trio.sql.letIn(trio.on("db-1"), List.of("repl_db-2", "repl_db-3", "nobody"));
    await()
        .atMost(LONG)
        .until(
            () ->
                trio.see("db-1").semiSync().clients() == 2
                    && trio.see("db-3").replication().orElseThrow().following());
  }

  @Test
  void errantNodeIsTold() throws SQLException {
    trio.switchTo("db-1");
    try (TestNode other = TestNode.blank(server.require(), 4);
        Connection connection = other.connect()) {
      NodeAddress address = NodeAddress.parse(other.address());
      trio.sql.resetBlank(connection);
      trio.sql.follow(
          connection,
          new Source("127.0.0.1", trio.node("db-1").port(), Trio.replication("db-4")),
          false);
      trio.post("db-1");
      assertThat(trio.sql.awaitExecuted(connection, trio.executed("db-1"), LONG)).isTrue();
      assertThat(placeOfFourth(connection, address).role()).isEqualTo(Role.REPLICA);

      trio.admit(connection);
      Sql.run(connection, "INSERT INTO mainstay.notice (id, t) VALUES (1000000, 'errant')");
      assertThat(placeOfFourth(connection, address).role()).isEqualTo(Role.STALE_PRIMARY);
      assertThat(trio.sql.close(connection)).isTrue();
      trio.post("db-1");

      NodeState errant = placeOfFourth(connection, address);
      assertThat(errant.role()).isEqualTo(Role.QUARANTINED);
      assertThat(errant.why()).startsWith("is errant: the primary lacks ");
      trio.sql.stopReplication(connection);
    }
  }

  @Test
  void rebuiltNodeHoldsTheDonorsDataAndNothingOfItsOwn() throws SQLException {
    trio.switchTo("db-1");
    trio.post("db-1");
    try (TestNode other = TestNode.blank(server.require(), 4)) {
      Source donor = new Source("127.0.0.1", trio.node("db-1").port(), Trio.CONTROLLER);
      try (Connection connection = other.connect()) {
        trio.admit(connection);
        assertThatThrownBy(() -> trio.sql.rebuild(connection, donor, done -> {}))
            .hasMessageContaining("node is open");
        Sql.run(connection, "CREATE SCHEMA mainstay");
        trio.sql.createControl(connection, "another");
        assertThat(trio.sql.close(connection)).isTrue();
        assertThat(trio.sql.rebuilt(connection)).isEmpty();
        trio.sql.rebuild(connection, donor, done -> {});
      }

      // MySQL ends itself; the test's nodes are watched over as the supervisor does it.
      GtidSet all = trio.executed("db-1");
      await()
          .atMost(LONG)
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                try (Connection again = other.connect()) {
                  Reached seen =
                      trio.sql.observe(again, NodeAddress.parse(other.address()), Instant.now());
                  assertThat(seen.executed()).isEqualTo(all);
                  assertThat(seen.readOnly()).isTrue();
                  assertThat(seen.replication()).isEmpty();
                  assertThat(seen.clusterId()).isEqualTo(trio.see("db-1").clusterId());
                }
              });
    }
  }

  private NodeState placeOfFourth(Connection connection, NodeAddress address) throws SQLException {
    List<Observation> round =
        List.of(
            trio.see("db-1"),
            trio.see("db-2"),
            trio.see("db-3"),
            trio.sql.observe(connection, address, Instant.now()));
    return Topology.of(round, Instant.now()).node(address.id()).orElseThrow();
  }

  @Test
  void pausedNodeDoesNotHoldItsObserver() throws SQLException {
    NodeConnector patient = Trio.connector(Trio.MONITOR, Duration.ofMillis(700));
    try (Connection connection = patient.connect(trio.address("db-3"))) {
      trio.node("db-3").pause();
      try {
        long start = System.nanoTime();
        assertThatThrownBy(() -> trio.sql.observe(connection, trio.address("db-3"), Instant.now()))
            .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> patient.connect(trio.address("db-3")))
            .isInstanceOf(SQLException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      } finally {
        trio.node("db-3").resume();
      }
    }
    await().atMost(LONG).ignoreExceptions().until(() -> trio.topology().replicas().size() == 2);
  }

  @Test
  void lockIsHeldByOneSessionAndGoesWithIt() throws SQLException {
    try (Connection one = trio.open("db-1", controller());
        Connection two = trio.open("db-1", controller())) {
      assertThat(trio.sql.tryLock(one, "mainstay-lock", LONG)).isTrue();
      assertThat(trio.sql.tryLock(one, "mainstay-lock", LONG)).isTrue();
      assertThat(trio.sql.tryLock(two, "mainstay-lock", LONG)).isFalse();
      assertThat(trio.sql.holdsLock(one, "mainstay-lock")).isTrue();
      assertThat(trio.sql.holdsLock(two, "mainstay-lock")).isFalse();
      assertThat(trio.sql.lockHolder(two, "mainstay-lock")).isPresent();

      trio.sql.unlock(one, "mainstay-lock");
      assertThat(trio.sql.lockHolder(two, "mainstay-lock")).isEmpty();

      assertThat(trio.sql.tryLock(two, "mainstay-lock", Duration.ofSeconds(1))).isTrue();
      await().atMost(LONG).until(() -> trio.sql.tryLock(one, "mainstay-lock", LONG));
      assertThatThrownBy(() -> trio.sql.holdsLock(two, "mainstay-lock"))
          .isInstanceOf(SQLException.class);
    }
  }

  private static Credentials controller() {
    return new Credentials(TestNode.CONTROLLER.name(), TestNode.CONTROLLER.password());
  }

  @Test
  void epochsOnlyGrow() throws SQLException {
    trio.switchTo("db-1");
    EpochRecord current = trio.see("db-1").epoch().orElseThrow();

    assertThat(trio.sql.commitEpoch(trio.on("db-1"), current)).isFalse();
    assertThat(
            trio.sql.commitEpoch(
                trio.on("db-1"), new EpochRecord(current.epoch(), new NodeId("db-2"), Set.of())))
        .isFalse();
    assertThat(trio.see("db-1").epoch()).contains(current);
  }

  /** Trap: what a replica has already it is not sent again, so it would never acknowledge it. */
  @Test
  void commitsWhoseAcksWereLostAreVouchedFor() throws Exception {
    trio.switchTo("db-1");
    for (String replica : List.of("db-2", "db-3")) {
      trio.sql.acknowledge(trio.on(replica), false);
    }
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 0);
    LogPosition none = position("db-2");
    CompletableFuture<Void> first = inBackground(() -> trio.post("db-1"));
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().waiting() >= 1);
    CompletableFuture<Void> second = inBackground(() -> trio.post("db-1"));
    long posts = posts("db-1") + 2;
    await().atMost(LONG).until(() -> posts("db-2") == posts);
    trio.sql.acknowledge(trio.on("db-2"), true);
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().canBeAcknowledged());
    vouch("db-1", none);
    assertThatThrownBy(() -> vouch("db-1", new LogPosition("binlog.999999", 4)))
        .hasMessageContaining("the log from binlog.999999:4");
    assertThat(trio.see("db-1").semiSync().waiting()).isPositive();
    assertThat(first).isNotDone();

    // MySQL tells the position late.
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              vouch("db-1", position("db-2"));
              assertThat(first).isDone();
              assertThat(second).isDone();
            });

    trio.sql.acknowledge(trio.on("db-3"), true);
    await().atMost(LONG).until(() -> trio.see("db-1").semiSync().clients() == 2);
  }

  /** Trap: the logs of all nodes have the same names. */
  @Test
  void aPositionIsInTheLogOfTheSourceThatIsFollowed() throws SQLException {
    trio.switchTo("db-1");
    for (int i = 0; i < 3; i++) {
      Sql.run(trio.on("db-1"), "FLUSH BINARY LOGS");
    }
    trio.post("db-1");
    GtidSet all = trio.executed("db-1");
    assertThat(trio.sql.awaitExecuted(trio.on("db-3"), all, LONG)).isTrue();
    await().atMost(LONG).until(() -> !position("db-3").file().equals("binlog.000001"));
    String former = position("db-3").file();

    trio.switchTo("db-2");

    assertThat(trio.see("db-3").replication().orElseThrow().executed().map(LogPosition::file))
        .isNotEqualTo(Optional.of(former));
    trio.post("db-2");
    assertThat(trio.sql.awaitExecuted(trio.on("db-3"), trio.executed("db-2"), LONG)).isTrue();
  }

  private static LogPosition position(String replica) throws SQLException {
    return trio.see(replica).replication().orElseThrow().executed().orElseThrow();
  }

  private static long posts(String id) throws SQLException {
    return Sql.number(trio.on(id), "SELECT COUNT(*) FROM mainstay.notice");
  }

  private static void vouch(String id, LogPosition position) throws SQLException {
    Connection connection = trio.open(id, Trio.CONTROLLER);
    try {
      trio.sql.vouch(connection, position);
    } finally {
      connection.abort(Runnable::run);
    }
  }

  @Test
  void heartbeatTravels() throws SQLException {
    trio.switchTo("db-1");
    Instant at = Instant.parse("2026-11-22T12:34:56.123456Z");
    trio.sql.writeHeartbeat(trio.on("db-1"), at, "rt-2");

    assertThat(trio.sql.awaitExecuted(trio.on("db-2"), trio.executed("db-1"), LONG)).isTrue();
    assertThat(trio.see("db-2").heartbeat()).contains(at);
    assertThat(trio.see("db-2").leader()).contains("rt-2");
    trio.sql.writeHeartbeat(trio.on("db-1"), Instant.now(), "rt-1");
  }

  @Test
  void heartbeatIsRenewedOnAnOpenNodeOnly() throws SQLException {
    trio.switchTo("db-1");
    Instant at = Instant.parse("2026-11-22T12:34:56.654321Z");

    assertThat(trio.sql.renewHeartbeat(trio.on("db-1"), at, "rt-2")).isTrue();
    GtidSet executed = trio.executed("db-1");
    assertThat(trio.sql.awaitExecuted(trio.on("db-2"), executed, LONG)).isTrue();
    assertThat(trio.see("db-2").heartbeat()).contains(at);

    assertThat(trio.sql.renewHeartbeat(trio.on("db-2"), Instant.now(), "rt-3")).isFalse();
    assertThat(trio.executed("db-2")).isEqualTo(executed);
    assertThat(trio.see("db-2").leader()).contains("rt-2");
    trio.sql.writeHeartbeat(trio.on("db-1"), Instant.now(), "rt-1");
  }

  @Test
  void settingUpAgainChangesNothing() throws SQLException {
    trio.switchTo("db-1");
    Connection primary = trio.on("db-1");
    trio.sql.createControl(primary, "cluster-1");
    trio.sql.createSchema(primary, "mainstay");
    trio.sql.createAccounts(primary, Trio.accounts());

    assertThatThrownBy(() -> trio.sql.createControl(primary, "cluster-2"))
        .hasMessageContaining("node is of cluster cluster-1 (expected: cluster-2)");
    assertThat(trio.see("db-1").clusterId()).contains("cluster-1");
    trio.post("db-1");
  }

  @Test
  void monitorSeesAllAndMayDoNothing() throws SQLException {
    trio.switchTo("db-1");
    for (String id : List.of("db-1", "db-2")) {
      try (Connection monitor = trio.open(id, Trio.MONITOR)) {
        Reached seen = trio.sql.observe(monitor, trio.address(id), Instant.EPOCH);
        Reached known = trio.sql.observe(trio.on(id), trio.address(id), Instant.EPOCH);
        assertThat(seen).usingRecursiveComparison().ignoringFields("startedAt").isEqualTo(known);
        assertThat(seen.sameStart(known)).isTrue();
      }
    }
    // On the primary, where nothing is refused for being closed.
    try (Connection monitor = trio.open("db-1", Trio.MONITOR)) {
      for (String forbidden :
          List.of(
              "SELECT * FROM mainstay.notice",
              "SELECT * FROM mysql.user",
              "INSERT INTO mainstay_control.epoch VALUES (1000, 'db-9', '')",
              "DELETE FROM mainstay_control.heartbeat",
              "CREATE TABLE mainstay.mine (id INT)",
              "SET GLOBAL read_only = 0",
              stopReplica(),
              "CREATE USER mine@'%'")) {
        assertRefused(monitor, forbidden);
      }
    }
  }

  @Test
  void applicationChangesDataOfItsSchemaAndNothingElse() throws SQLException {
    trio.switchTo("db-1");
    try (Connection app = trio.open("db-1", Trio.APP)) {
      Sql.run(
          app,
          "INSERT INTO mainstay.notice (t) VALUES ('x')",
          "UPDATE mainstay.notice SET t = 'y' WHERE t = 'x'",
          "DELETE FROM mainstay.notice WHERE t = 'y'");
      for (String forbidden :
          List.of(
              "SET GLOBAL read_only = 1",
              semiSyncOff(),
              stopReplica(),
              "CREATE USER mine@'%'",
              "ALTER USER monitor@'%' IDENTIFIED BY 'mine'",
              "GRANT SELECT ON mainstay.* TO monitor@'%'",
              "CREATE TABLE mainstay.mine (id INT)",
              "ALTER TABLE mainstay.notice ADD mine INT",
              "DROP TABLE mainstay.notice",
              "CREATE SCHEMA mine",
              "SELECT * FROM mainstay_control.epoch",
              "UPDATE mainstay_control.epoch SET epoch = 1000",
              "SELECT * FROM mysql.user",
              "CREATE TABLE mainstayx.mine (id INT)",
              "SET SESSION sql_log_bin = 0")) {
        assertRefused(app, forbidden);
      }
    }
  }

  @Test
  void migrationChangesItsSchemaAndNothingElse() throws SQLException {
    trio.switchTo("db-1");
    try (Connection migrate = trio.open("db-1", Trio.MIGRATE)) {
      Sql.run(
          migrate,
          "CREATE TABLE mainstay.more (id INT PRIMARY KEY)",
          "ALTER TABLE mainstay.more ADD COLUMN t TEXT",
          "CREATE INDEX of_t ON mainstay.more (t(10))",
          "INSERT INTO mainstay.more VALUES (1, 'x')",
          "DROP TABLE mainstay.more");
      for (String forbidden :
          List.of(
              "SET GLOBAL read_only = 1",
              "CREATE USER mine@'%'",
              "GRANT SELECT ON mainstay.* TO app@'%'",
              "CREATE SCHEMA mine",
              "DROP TABLE mainstay_control.epoch")) {
        assertRefused(migrate, forbidden);
      }
    }
  }

  private static void assertRefused(Connection connection, String statement) {
    assertThatThrownBy(() -> Sql.run(connection, statement))
        .as(statement)
        .isInstanceOf(SQLException.class)
        .hasMessageMatching("(?s).*(denied|privilege).*");
  }

  @Test
  void killedSessionsAreGone() throws SQLException {
    try (Connection app = trio.open("db-1", Trio.APP);
        Connection monitor = trio.open("db-1", Trio.MONITOR)) {
      assertThat(trio.sql.killSessions(trio.on("db-1"), Set.of("app"))).isPositive();

      assertThat(app.isValid(1)).isFalse();
      assertThat(monitor.isValid(1)).isTrue();
    }
  }

  @Test
  void passwordsAreNeitherInBinaryLogsNorInErrors() throws SQLException, IOException {
    Path data = trio.node("db-1").node().spec().data();
    List<String> secrets =
        Stream.of(Trio.APP, Trio.MIGRATE, Trio.MONITOR).map(Credentials::password).toList();
    try (Stream<Path> files = Files.list(data)) {
      List<Path> logs =
          files.filter(file -> file.getFileName().toString().startsWith("binlog.")).toList();
      assertThat(logs).isNotEmpty();
      for (Path log : logs) {
        String text = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertThat(secrets).allSatisfy(secret -> assertThat(text).doesNotContain(secret));
      }
    }
    try (Connection monitor = trio.open("db-1", Trio.MONITOR)) {
      assertThatThrownBy(() -> trio.sql.createAccounts(monitor, Trio.accounts()))
          .satisfies(
              e ->
                  assertThat(secrets)
                      .allSatisfy(secret -> assertThat(e.toString()).doesNotContain(secret)));
    }
    assertThat(Trio.accounts().toString()).doesNotContain("secret");
    assertThat(Trio.connector(Trio.APP, LONG).toString()).doesNotContain("secret");
  }

  private String executedOnServer() {
    return switch (engine) {
      case MYSQL -> "SELECT @@global.gtid_executed";
      case MARIADB -> "SELECT @@global.gtid_slave_pos";
    };
  }

  private String stopReplica() {
    return switch (engine) {
      case MYSQL -> "STOP REPLICA";
      case MARIADB -> "STOP SLAVE";
    };
  }

  private String semiSyncOff() {
    return switch (engine) {
      case MYSQL -> "SET GLOBAL rpl_semi_sync_source_enabled = 0";
      case MARIADB -> "SET GLOBAL rpl_semi_sync_master_enabled = 0";
    };
  }

  private interface Action {
    void run() throws SQLException;
  }

  private static CompletableFuture<Void> inBackground(Action action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            action.run();
            done.complete(null);
          } catch (SQLException | RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
