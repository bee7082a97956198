package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.router.board.Board;
import dev.mainstay.db.router.board.BoardApplication;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** An application with the starter on a real replicated cluster, with each engine. */
@EachEngine
@Timeout(120)
@SuppressWarnings("NullAway.Init") // what is static is started before the first test of the class
class RoutingIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  /**
   * How both engines refuse what an account has no privilege for: on a database, on the whole
   * server in a {@code GRANT}, on a table, and all that needs a privilege of the whole server.
   */
  private static final Set<Integer> DENIED = Set.of(1044, 1045, 1142, 1227, 3892);

  private static ReplicatedCluster cluster;
  private static ConfigurableApplicationContext application;
  private static Board board;
  private static Cluster seen;

  private final Engine engine;

  RoutingIT(LocalEngine engine) {
    this.engine = Engine.valueOf(engine.name());
  }

  /**
   * Two applications start on an empty schema, one after the other: the second finds it migrated.
   */
  @BeforeParameterizedClassInvocation
  static void start(LocalEngine engine) {
    cluster = ReplicatedCluster.startLogged(Engine.valueOf(engine.name()), 3);
    try {
      ConfigurableApplicationContext first = BoardApplication.start(cluster.nodes(), settings());
      application = BoardApplication.start(cluster.nodes(), settings());
      first.close();
      board = application.getBean(Board.class);
      seen = application.getBean(Cluster.class);
    } catch (RuntimeException | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    // A start that failed has closed what it started.
    if (application != null) {
      application.close();
      cluster.close();
    }
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("mainstay.db.schema", ReplicatedCluster.SCHEMA);
    settings.put("mainstay.db.username", "app");
    settings.put("mainstay.db.password", cluster.password("app"));
    settings.put("mainstay.db.migrate.password", cluster.password("migrate"));
    settings.put("mainstay.db.monitor.password", cluster.password("monitor"));
    settings.put("mainstay.db.monitor.interval", "200ms");
    return settings;
  }

  @BeforeEach
  @AfterEach
  void everyNodeIsInItsPlace() {
    cluster.awaitInPlace();
    await()
        .atMost(SOON)
        .until(
            () ->
                seen.topology().primary().filter(p -> p.id().value().equals("db-1")).isPresent()
                    && seen.topology().replicas().size() == 2
                    && seen.topology().replicas().stream()
                        .allMatch(node -> node.lag().filter(Duration::isZero).isPresent()));
  }

  @Test
  void postsRunOnlyOnThePrimaryAndReadsOnlyOnReplicas() throws SQLException {
    long id = board.post("counted");
    awaitReplicated(id);

    Map<String, List<String>> writing =
        statementsFor(() -> repeat(50, () -> board.post("counted")));
    assertThat(writing.get("db-1")).hasSize(50).allMatch(sent -> sent.startsWith("insert into"));
    assertThat(writing.get("db-2")).isEmpty();
    assertThat(writing.get("db-3")).isEmpty();

    Map<String, List<String>> reading =
        statementsFor(() -> repeat(1000, () -> assertThat(board.has(id)).isTrue()));
    assertThat(reading.get("db-1")).isEmpty();
    for (String replica : List.of("db-2", "db-3")) {
      assertThat(reading.get(replica)).hasSize(500).allMatch(sent -> sent.startsWith("select"));
    }
  }

  private static void repeat(int times, Runnable work) {
    for (int i = 0; i < times; i++) {
      work.run();
    }
  }

  /**
   * Trap: a data source that routes without the lazy proxy is asked before anyone knows what for.
   */
  @Test
  void withoutTheLazyProxyReadsRunOnThePrimary() {
    try (ConfigurableApplicationContext naive =
        BoardApplication.start(cluster.nodes(), settings(), WithoutLazyProxy.class)) {
      Board misled = naive.getBean(Board.class);

      Map<String, List<String>> reading = statementsFor(() -> repeat(10, () -> misled.has(1)));

      assertThat(reading.get("db-1")).hasSize(10);
      assertThat(reading.get("db-2")).isEmpty();
      assertThat(reading.get("db-3")).isEmpty();
    }
    assertThat(readers(10)).containsExactlyInAnyOrder(2L, 3L);
  }

  @Test
  void everyWriteGoesToThePrimaryAndTheNodesAreKnownByTheirServerIds() {
    assertThat(board.writer()).isEqualTo(1);
    assertThat(seen.nodeOf(1)).contains(new NodeId("db-1"));
    assertThat(seen.nodeOf(3)).contains(new NodeId("db-3"));
    assertThat(seen.nodeOf(9)).isEmpty();
    assertThat(seen.topology().engine()).contains(engine);
  }

  @Test
  void textSurvivesTheWayInAllItsCharacters() {
    String text = "Grüße, 東京, <b>&amp;</b> '\"\\ 🦀👩‍👩‍👧";

    long id = board.post(text);
    awaitReplicated(id);

    assertThat(board.text(id)).isEqualTo(text);
  }

  @Test
  void weightsShareTheReads() {
    Map<String, String> settings = settings();
    settings.put("mainstay.db.reads.weights.db-2", "30");
    settings.put("mainstay.db.reads.weights.db-3", "10");
    try (ConfigurableApplicationContext weighted =
        BoardApplication.start(cluster.nodes(), settings)) {
      Router router = weighted.getBean(Router.class);
      long before = router.routed(new NodeId("db-2"), Use.READ);
      for (int i = 0; i < 40; i++) {
        weighted.getBean(Board.class).reader();
      }

      assertThat(router.routed(new NodeId("db-2"), Use.READ) - before).isEqualTo(30);
    }
  }

  @Test
  void aKilledReplicaIsLeftOutReadsGoOnAndItComesBack() {
    assertThat(readers(10)).containsExactlyInAnyOrder(2L, 3L);

    cluster.kill("db-2");
    await().atMost(SOON).until(() -> role("db-2") == Role.UNREACHABLE);
    assertThat(readers(20)).containsExactly(3L);

    cluster.restart("db-2");
    await().atMost(SOON).until(() -> readers(4).contains(2L));
  }

  @Test
  void aReplicaThatDiesUnderReadsFailsNone() {
    RepeatedReads reads = application.getBean(RepeatedReads.class);
    long before = reads.repeated();
    readers(10);

    cluster.kill("db-3");
    for (int i = 0; i < 100; i++) {
      assertThat(board.reader()).isEqualTo(2);
    }
    cluster.restart("db-3");

    // The pool hands out unseen what was used a moment ago; the next one finds the node gone. None
    // at all is repeated where the monitor looked before the first read.
    assertThat(reads.repeated() - before).isLessThanOrEqualTo(3);
  }

  @Test
  void withoutReplicasReadsGoToThePrimaryAndItStaysReady() throws Exception {
    cluster.kill("db-2");
    cluster.kill("db-3");

    await()
        .atMost(SOON)
        .until(() -> role("db-2") == Role.UNREACHABLE && role("db-3") == Role.UNREACHABLE);
    assertThat(readers(10)).containsExactly(1L);
    assertThat(get(application, "/actuator/health/readiness").statusCode()).isEqualTo(200);

    cluster.restart("db-2");
    cluster.restart("db-3");
    await().atMost(SOON).until(() -> readers(10).equals(Set.of(2L, 3L)));
  }

  @Test
  void aStoppedReplicaIsLeftOutAndStallsNobodyElse() {
    cluster.pause("db-2");
    try {
      await().atMost(SOON).until(() -> role("db-2") == Role.UNREACHABLE);
      long start = System.nanoTime();

      assertThat(readers(50)).containsExactly(3L);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    } finally {
      cluster.resume("db-2");
    }
  }

  @Test
  void aReplicaThatLagsIsLeftOutUntilItHasCaughtUp() throws SQLException {
    Map<String, String> settings = settings();
    settings.put("mainstay.db.reads.max-lag", "1s");
    try (ConfigurableApplicationContext strict = BoardApplication.start(cluster.nodes(), settings);
        Connection holding = cluster.connect("db-2", "controller");
        Statement hold = holding.createStatement()) {
      Board strictBoard = strict.getBean(Board.class);
      await().atMost(SOON).until(() -> strictBoard.reader() == 2);
      // The replica's applier waits for this lock; reads do not.
      hold.execute("lock tables mainstay.notice read");
      board.post("held up");

      await()
          .atMost(SOON)
          .until(
              () ->
                  lag(strict, "db-2").compareTo(Duration.ofSeconds(1)) > 0
                      && lag(strict, "db-3").isZero());
      for (int i = 0; i < 10; i++) {
        assertThat(strictBoard.reader()).isEqualTo(3);
      }

      hold.execute("unlock tables");
      await().atMost(SOON).until(() -> strictBoard.reader() == 2);
    }
  }

  @Test
  void withoutAPrimaryReadsGoOnWritesAreHeldAndAnApplicationStarts() throws Exception {
    cluster.stopController("rt-1"); // so that nobody succeeds it
    cluster.kill("db-1");
    try {
      await().atMost(SOON).until(() -> seen.topology().primary().isEmpty());

      assertThat(readers(10)).containsExactlyInAnyOrder(2L, 3L);
      assertThat(get(application, "/actuator/health").body()).contains("\"UP\"");
      assertThat(get(application, "/actuator/health/readiness").statusCode()).isEqualTo(200);

      Map<String, String> impatient = settings();
      impatient.put("mainstay.db.hold", "0");
      try (ConfigurableApplicationContext late =
          BoardApplication.start(cluster.nodes(), impatient)) {
        assertThat(late.getBean(Board.class).reader()).isIn(2L, 3L);
        long start = System.nanoTime();
        Throwable refused = catchThrowable(() -> late.getBean(Board.class).post("nowhere"));
        assertThat(NoPrimaryException.isCauseOf(refused)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        // A replica shows that the schema is current.
        assertThat(get(late, "/actuator/health/readiness").statusCode()).isEqualTo(200);

        Router router = application.getBean(Router.class);
        long released = router.releasedWrites();
        CompletableFuture<Long> held = CompletableFuture.supplyAsync(() -> board.post("at last"));
        await().atMost(SOON).until(() -> router.heldWrites() == 1);
        assertThat(gauge("mainstay.db.writes.held")).isEqualTo(1);

        cluster.restart("db-1");
        cluster.startController("rt-1");
        assertThat(held.get(SOON.toSeconds(), TimeUnit.SECONDS)).isPositive();
        assertThat(router.heldWrites()).isZero();
        assertThat(router.releasedWrites()).isEqualTo(released + 1);
      }
    } finally {
      if (!cluster.node("db-1").isRunning()) {
        cluster.restart("db-1");
        cluster.startController("rt-1");
      }
    }
    await().atMost(SOON).ignoreExceptions().until(() -> board.post("again") > 0);
  }

  /** Trap: connections of an older epoch may lead to a node that lost its office. */
  @Test
  void aNewEpochEmptiesThePools() {
    board.writer();
    board.reader();
    Router router = application.getBean(Router.class);
    List<HikariDataSource> pools = router.pools().all();
    long epoch = seen.topology().epoch().orElseThrow().epoch();
    Set<Long> before = connectionIds(Use.READ);

    cluster.kill("db-1");
    cluster.restart("db-1");

    await()
        .atMost(SOON)
        .until(() -> seen.topology().epoch().filter(now -> now.epoch() > epoch).isPresent());
    await().atMost(SOON).until(() -> seen.topology().primary().isPresent());
    assertThat(connectionIds(Use.READ)).doesNotContainAnyElementsOf(before);
    assertThat(pools).isNotEmpty();
  }

  /**
   * Trap: the pool hands out unseen a connection that it used a moment ago, also to a node that
   * died since.
   */
  @Test
  void aNodeThatWentAwayComesBackWithNewConnections() {
    Set<Long> before = connectionIds(Use.READ);
    NodeState node = seen.topology().node(new NodeId("db-2")).orElseThrow();
    assertThat(before).anyMatch(id -> id / 1_000_000 == 2);

    application.getBean(TopologyMonitor.class).lost(node.address(), "on purpose");
    await().atMost(SOON).until(() -> role("db-2") == Role.REPLICA);

    assertThat(connectionIds(Use.READ))
        .anyMatch(id -> id / 1_000_000 == 2)
        .noneMatch(id -> id / 1_000_000 == 2 && before.contains(id));
  }

  /** Trap: a write refused by a read-only node leaves a connection that the pool thinks is fine. */
  @Test
  void aConnectionThatLeadToAReadOnlyNodeIsNotUsedAgain() throws SQLException {
    PoolSettings one =
        new PoolSettings(
            1,
            1,
            0,
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            Duration.ofMinutes(1),
            Duration.ofMinutes(30),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10));
    List<String> doubted = new ArrayList<>();
    NodePools.Listener listener =
        new NodePools.Listener() {
          @Override
          public void unreachable(dev.mainstay.db.NodeAddress node, String why) {}

          @Override
          public void doubtful(dev.mainstay.db.NodeAddress node) {
            doubted.add(node.id().value());
          }
        };
    NodeState replica = seen.topology().node(new NodeId("db-2")).orElseThrow();
    try (NodePools pools =
        new NodePools(
            ReplicatedCluster.SCHEMA,
            new Dial(
                new Credentials("app", cluster.password("app")),
                Tls.PREFERRED,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10)),
            one,
            listener,
            null)) {
      long first;
      try (Connection write = pools.connection(replica.address(), engine, Use.WRITE)) {
        first = number(write, "select connection_id()");
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> execute(write, "insert into notice (text) values ('astray')"))
            .satisfies(refused -> assertThat(Failures.isReadOnlyNode(refused)).isTrue());
      }
      try (Connection next = pools.connection(replica.address(), engine, Use.WRITE)) {
        assertThat(number(next, "select connection_id()")).isNotEqualTo(first);
      }
    }
    assertThat(doubted).containsExactly("db-2");
  }

  /** Trap: the pool hands out unseen a connection that has died; a write runs on another. */
  @Test
  void aDeadConnectionIsFoundOutBeforeTheFirstStatement() throws SQLException {
    for (int i = 0; i < 3; i++) {
      Set<Long> alive = connectionIds(Use.WRITE);
      try (Connection controller = cluster.connect("db-1", "controller")) {
        for (long id : alive) {
          execute(controller, "kill " + id % 1_000_000);
        }
      }

      assertThat(board.post("on another connection")).isPositive();
    }
  }

  @Test
  void aReadConnectionRefusesWritesOnThePrimaryToo() throws SQLException {
    try (Connection read = application.getBean(DataSource.class).getConnection()) {
      read.setReadOnly(true);
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> execute(read, "insert into notice (text) values ('astray')"));
    }
  }

  /**
   * On the primary: a replica refuses most of it to everybody, and so would say nothing of the
   * account.
   */
  @Test
  void theApplicationsAccountCanWriteDataAndNothingElse() throws SQLException {
    try (Connection app = cluster.connect("db-1", "app")) {
      assertThat(number(app, "select @@global.read_only")).isZero();
      execute(app, "insert into mainstay.notice (text) values ('allowed')");
      for (String forbidden : forbidden()) {
        assertThat(catchThrowable(() -> execute(app, forbidden)))
            .as(forbidden)
            .isInstanceOfSatisfying(
                SQLException.class,
                refused -> assertThat(refused.getErrorCode()).as(refused.toString()).isIn(DENIED));
      }
    }
  }

  private List<String> forbidden() {
    List<String> statements =
        new ArrayList<>(
            List.of(
                "set global read_only = 0",
                "set global read_only = 1",
                "create user intruder identified by 'x'",
                "grant all on *.* to app",
                "alter user monitor identified by 'x'",
                "create table mainstay.own (id int)",
                "drop table mainstay.notice",
                "alter table mainstay.notice add column x int",
                "truncate table mainstay.notice",
                "create database own",
                "select * from mysql.user",
                "select * from mainstay_control.epoch",
                "flush tables with read lock",
                "purge binary logs before now()",
                "shutdown"));
    switch (engine) {
      case MYSQL ->
          statements.addAll(
              List.of(
                  "set password = 'mine'",
                  "alter user user() identified by 'mine'",
                  "set global super_read_only = 0",
                  "stop replica",
                  "reset replica all",
                  "set session sql_log_bin = 0",
                  "set global rpl_semi_sync_source_enabled = 0"));
      case MARIADB ->
          statements.addAll(
              List.of(
                  "stop slave",
                  "reset slave all",
                  "set session sql_log_bin = 0",
                  "set global rpl_semi_sync_master_enabled = 0"));
    }
    return statements;
  }

  @Test
  void whatIsRoutedIsMeasured() {
    board.writer();
    MeterRegistry registry = application.getBean(MeterRegistry.class);

    assertThat(
            registry
                .get("mainstay.db.connections")
                .tags("node", "db-1", "use", "write")
                .functionCounter()
                .count())
        .isPositive();
    assertThat(registry.get("mainstay.db.node.primary").tag("node", "db-1").gauge().value())
        .isEqualTo(1);
    assertThat(registry.get("mainstay.db.node.lag").tag("node", "db-2").gauge().value()).isZero();
    assertThat(registry.get("hikaricp.connections.max").tag("pool", "db-1-write").gauge().value())
        .isEqualTo(8);
  }

  // ---- Helpers

  private static Set<Long> readers(int reads) {
    Set<Long> readers = new HashSet<>();
    for (int i = 0; i < reads; i++) {
      readers.add(board.reader());
    }
    return readers;
  }

  private static void awaitReplicated(long id) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              for (String node : List.of("db-2", "db-3")) {
                try (Connection connection = cluster.connect(node, "app")) {
                  if (number(connection, "select count(*) from mainstay.notice where id = " + id)
                      == 0) {
                    return false;
                  }
                }
              }
              return true;
            });
  }

  private static Role role(String node) {
    return seen.topology().node(new NodeId(node)).orElseThrow().role();
  }

  private static double gauge(String name) {
    return application.getBean(MeterRegistry.class).get(name).gauge().value();
  }

  private static Duration lag(ConfigurableApplicationContext context, String node) {
    return context
        .getBean(Cluster.class)
        .topology()
        .node(new NodeId(node))
        .flatMap(NodeState::lag)
        .orElse(Duration.ofDays(1));
  }

  /** The server's numbers of the connections that the application uses now. */
  private static Set<Long> connectionIds(Use use) {
    Set<Long> ids = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      try (Connection connection = application.getBean(Router.class).connection(use)) {
        ids.add(
            1_000_000 * number(connection, "select @@server_id")
                + number(connection, "select connection_id()"));
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
    return ids;
  }

  /**
   * What the application's account asked each node of its table meanwhile, by the nodes' own logs.
   */
  private static Map<String, List<String>> statementsFor(Runnable work) {
    Map<String, List<String>> before = statements();
    work.run();
    Map<String, List<String>> all = statements();
    all.replaceAll(
        (node, sent) -> sent.subList(Objects.requireNonNull(before.get(node)).size(), sent.size()));
    return all;
  }

  private static Map<String, List<String>> statements() {
    Map<String, List<String>> statements = new HashMap<>();
    for (String node : List.of("db-1", "db-2", "db-3")) {
      statements.put(node, cluster.statements(node, "app", List.of("notice")));
    }
    return statements;
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static URI uri(ConfigurableApplicationContext context, String path) {
    return URI.create(
        "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
  }

  private static HttpResponse<String> get(ConfigurableApplicationContext context, String path)
      throws Exception {
    return send(HttpRequest.newBuilder(uri(context, path)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Routes as one would without knowing of the trap. */
  @Configuration(proxyBeanMethods = false)
  static class WithoutLazyProxy {
    @Bean
    DataSource dataSource(Router router) {
      AbstractRoutingDataSource routing =
          new AbstractRoutingDataSource() {
            @Override
            protected Object determineCurrentLookupKey() {
              return TransactionSynchronizationManager.isCurrentTransactionReadOnly()
                  ? Use.READ
                  : Use.WRITE;
            }
          };
      routing.setTargetDataSources(
          Map.of(
              Use.READ, new RoutedDataSource("reads", () -> router.connection(Use.READ)),
              Use.WRITE, new RoutedDataSource("writes", () -> router.connection(Use.WRITE))));
      routing.afterPropertiesSet();
      return routing;
    }
  }
}
