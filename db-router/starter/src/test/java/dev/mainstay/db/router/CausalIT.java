package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.router.board.BoardApplication;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Visitors who write on one instance and read on another, while replicas are held back, on a real
 * cluster with each engine.
 */
@EachEngine
@Timeout(120)
@SuppressWarnings("NullAway.Init") // what is static is started before the first test of the class
class CausalIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static ReplicatedCluster cluster;
  private static ConfigurableApplicationContext one;
  private static ConfigurableApplicationContext other;

  private final Engine engine;
  private final List<Connection> holding = new ArrayList<>();

  CausalIT(LocalEngine engine) {
    this.engine = Engine.valueOf(engine.name());
  }

  @BeforeParameterizedClassInvocation
  static void start(LocalEngine engine) {
    cluster = ReplicatedCluster.start(Engine.valueOf(engine.name()), 3);
    try {
      one = BoardApplication.start(cluster.nodes(), settings());
      other = BoardApplication.start(cluster.nodes(), settings());
    } catch (RuntimeException | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    // A start that failed has closed what it started.
    if (other != null) {
      one.close();
      other.close();
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
    // A replica that is held back stays in the rotation.
    settings.put("mainstay.db.reads.max-lag", "1h");
    return settings;
  }

  @BeforeEach
  void everyNodeIsInItsPlace() {
    cluster.awaitInPlace();
    for (ConfigurableApplicationContext instance : List.of(one, other)) {
      await()
          .atMost(SOON)
          .until(
              () -> {
                var seen = instance.getBean(Cluster.class).topology();
                return seen.primary().filter(p -> p.id().value().equals("db-1")).isPresent()
                    && seen.replicas().size() == 2
                    && seen.replicas().stream()
                        .allMatch(node -> node.lag().filter(Duration::isZero).isPresent());
              });
    }
  }

  @AfterEach
  void letGo() throws SQLException {
    for (Connection connection : holding) {
      connection.close();
    }
    holding.clear();
  }

  @Test
  void whoeverWroteSeesItOnAnyInstanceHoweverFarTheReplicasAreHeldBack() throws Exception {
    Visitor forgetful = new Visitor();
    holdBack("db-2", "db-3");
    int missed = 0;
    for (int i = 0; i < 20; i++) {
      Visitor visitor = new Visitor();
      String id = visitor.post(one, "/notices").body();

      assertThat(visitor.get(other, "/notices/" + id).body()).isEqualTo("true");
      assertThat(visitor.get(one, "/notices/" + id).body()).isEqualTo("true");
      // Or the test could not tell.
      missed += forgetful.get(other, "/notices/" + id).body().equals("true") ? 0 : 1;
    }
    assertThat(missed).isEqualTo(20);
  }

  @Test
  void replicasServeWhoeverWroteAsSoonAsTheyHaveIt() throws Exception {
    long fromReplicas = answered(other, "covered") + answered(other, "waited");
    Visitor visitor = new Visitor();
    for (int i = 0; i < 50; i++) {
      String id = visitor.post(one, "/notices").body();
      HttpResponse<String> read = visitor.get(other, "/notices/" + id);

      assertThat(read.body()).isEqualTo("true");
      assertThat(read.headers().firstValue("Mainstay-Stale")).isEmpty();
    }
    assertThat(answered(other, "covered") + answered(other, "waited") - fromReplicas)
        .isGreaterThanOrEqualTo(40);
    await().atMost(SOON).until(() -> !visitor.get(other, "/reader").body().equals("1"));
  }

  @Test
  void aReadInTheVeryRequestSeesTheWriteToo() throws Exception {
    holdBack("db-2", "db-3");

    assertThat(new Visitor().post(one, "/notices/seen").body()).isEqualTo("true");
  }

  /** Replicas that do not move are not waited for again and again. */
  @Test
  void theWaitIsBoundedAndNotRepeatedInVain() throws Exception {
    holdBack("db-2", "db-3");
    Visitor visitor = new Visitor();
    String id = visitor.post(one, "/notices").body();
    long waits = waits(other, false);
    long primary = answered(other, "primary");

    long start = System.nanoTime();
    assertThat(visitor.get(other, "/notices/" + id).body()).isEqualTo("true");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    for (int i = 0; i < 30; i++) {
      assertThat(visitor.get(other, "/notices/" + id).body()).isEqualTo("true");
    }

    assertThat(waits(other, false) - waits).isBetween(1L, 6L);
    assertThat(answered(other, "primary") - primary).isEqualTo(31);
    assertThat(
            other
                .getBean(MeterRegistry.class)
                .get("mainstay.db.reads.causal.wait")
                .tag("reached", "false")
                .timer()
                .max(TimeUnit.MILLISECONDS))
        .isLessThan(1000);
  }

  /**
   * One replica is current, the other stands still: reads that take turns would go back in time.
   */
  @Test
  void whoeverHasASessionNeverGoesBackInTime() throws Exception {
    Visitor visitor = new Visitor();
    visitor.post(one, "/notices");
    Visitor forgetful = new Visitor();
    Visitor writer = new Visitor();
    everyNodeIsInItsPlace();
    holdBack("db-2");
    long newest = 0;
    long before = 0;
    int back = 0;
    for (int i = 0; i < 40; i++) {
      writer.post(one, "/notices");
      ConfigurableApplicationContext instance = i % 2 == 0 ? one : other;
      long now = Long.parseLong(visitor.get(instance, "/newest").body());
      assertThat(now).isGreaterThanOrEqualTo(newest);
      newest = now;
      for (int j = 0; j < 2; j++) {
        long seen = Long.parseLong(forgetful.get(instance, "/newest").body());
        back += seen < before ? 1 : 0;
        before = seen;
      }
    }
    // Or the test could not tell.
    assertThat(back).isPositive();
    assertThat(visitor.cookies()).containsOnlyKeys("mainstay-wrote", "mainstay-read");
    assertThat(forgetful.cookies()).isEmpty();
  }

  @Test
  void aProgramCarriesTheTokenInAHeader() throws Exception {
    holdBack("db-2", "db-3");
    HttpResponse<String> posted = new Visitor().post(one, "/notices");
    String token = posted.headers().firstValue("Mainstay-Causal-Token").orElseThrow();

    HttpResponse<String> read = with(token, "/notices/" + posted.body());

    assertThat(read.body()).isEqualTo("true");
    assertThat(read.headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(read.headers().firstValue("Mainstay-Causal-Token")).isPresent();
  }

  @Test
  void aMethodDecidesForItself() throws Exception {
    holdBack("db-2", "db-3");
    Visitor visitor = new Visitor();
    String id = visitor.post(one, "/notices").body();
    long causal = answered(other, "primary");

    assertThat(visitor.get(other, "/notices/" + id + "/perhaps").body()).isEqualTo("false");
    assertThat(answered(other, "primary")).isEqualTo(causal);
    assertThat(new Visitor().get(other, "/reader/primary").body()).isEqualTo("1");
    assertThat(visitor.get(other, "/reader/primary").body()).isEqualTo("1");
  }

  /** As an earlier post that is found again: its sender has to see it as well. */
  @Test
  void aTransactionOnThePrimaryThatWritesNothingIsToBeSeenAsWell() throws Exception {
    holdBack("db-2", "db-3");
    String id = new Visitor().post(one, "/notices").body();
    Visitor again = new Visitor();
    assertThat(again.get(one, "/writer").body()).isEqualTo("1");

    assertThat(again.get(other, "/notices/" + id).body()).isEqualTo("true");
  }

  @Test
  void whatIsMadeUpCutOffOrForeignIsServedByAReplicaWithoutAnyWait() throws Exception {
    HttpResponse<String> posted = new Visitor().post(one, "/notices");
    String token = posted.headers().firstValue("Mainstay-Causal-Token").orElseThrow();
    String foreign = codec().encode(new CausalToken(1, false, unknown()), "mainstay/elsewhere");
    String forged =
        CausalTokenCodec.withKey("0123456789abcdef")
            .encode(new CausalToken(1, false, unknown()), clusterId());
    holdBack("db-2", "db-3");
    long reached = waits(other, true);
    long inVain = waits(other, false);
    Map<String, Double> ignored = ignored(other);

    for (String made :
        List.of(
            "nonsense",
            "x".repeat(5000),
            token.substring(0, token.length() - 4),
            token + token,
            forged,
            foreign)) {
      HttpResponse<String> read = with(made, "/reader");
      assertThat(read.body()).as(made).isIn("2", "3");
      assertThat(read.headers().firstValue("Mainstay-Causal-Token")).isEmpty();
    }

    assertThat(waits(other, true)).isEqualTo(reached);
    assertThat(waits(other, false)).isEqualTo(inVain);
    assertThat(ignored(other).get("too_long")).isGreaterThan(ignored.get("too_long"));
    assertThat(ignored(other).get("malformed")).isGreaterThan(ignored.get("malformed"));
    assertThat(ignored(other).get("forged")).isGreaterThan(ignored.get("forged"));
    assertThat(ignored(other).get("foreign")).isGreaterThan(ignored.get("foreign"));
  }

  /** Only we sign: what is validly signed and cannot come was lost in a fail-over. */
  @Test
  void whatNobodyEverWillHaveIsNotWaitedForAndForgottenByTheAnswer() throws Exception {
    long reached = waits(other, true);
    long inVain = waits(other, false);
    String token = codec().encode(new CausalToken(1, false, unknown()), clusterId());

    HttpResponse<String> read = with(token, "/reader");

    assertThat(read.body()).isEqualTo("1");
    assertThat(waits(other, true)).isEqualTo(reached);
    assertThat(waits(other, false)).isEqualTo(inVain);
    assertThat(ignored(other).get("lost")).isPositive();
    String next = read.headers().firstValue("Mainstay-Causal-Token").orElseThrow();
    await().atMost(SOON).until(() -> !with(next, "/reader").body().equals("1"));
  }

  /** A number of the primary's own beyond all others may be about to come: one wait, no more. */
  @Test
  void aFutureNumberOfThePrimarysOwnCostsOneWaitAndIsForgotten() throws Exception {
    long inVain = waits(other, false);
    String token = codec().encode(new CausalToken(1, false, future()), clusterId());

    long start = System.nanoTime();
    HttpResponse<String> read = with(token, "/reader");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));

    assertThat(read.body()).isEqualTo("1");
    assertThat(waits(other, false) - inVain).isEqualTo(1);
    String next = read.headers().firstValue("Mainstay-Causal-Token").orElseThrow();
    await().atMost(SOON).until(() -> !with(next, "/reader").body().equals("1"));
  }

  @Test
  void withoutAPrimaryAnAnswerThatMayBeOldSaysSo() throws Exception {
    holdBack("db-2", "db-3");
    Visitor visitor = new Visitor();
    String id = visitor.post(one, "/notices").body();
    cluster.stopController("rt-1"); // so that nobody succeeds it
    cluster.kill("db-1");
    try {
      await().atMost(SOON).until(() -> other.getBean(Cluster.class).topology().primary().isEmpty());

      HttpResponse<String> read = visitor.get(other, "/notices/" + id);
      assertThat(read.body()).isEqualTo("false");
      assertThat(read.headers().firstValue("Mainstay-Stale")).contains("true");
      assertThat(new Visitor().get(other, "/reader").headers().firstValue("Mainstay-Stale"))
          .isEmpty();

      letGo();
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                HttpResponse<String> later = visitor.get(other, "/notices/" + id);
                assertThat(later.body()).isEqualTo("true");
                assertThat(later.headers().firstValue("Mainstay-Stale")).isEmpty();
              });
    } finally {
      letGo();
      cluster.restart("db-1");
      cluster.startController("rt-1");
    }
  }

  /** Trap: it may have been succeeded by one that this instance does not reach. */
  @Test
  void aPrimaryWhoseLeaseRanOutIsNotReadAsIfItWereCurrent() throws Exception {
    holdBack("db-2", "db-3");
    Visitor visitor = new Visitor();
    String id = visitor.post(one, "/notices").body();
    HttpResponse<String> before = visitor.get(other, "/notices/" + id);
    assertThat(before.body()).isEqualTo("true");
    assertThat(before.headers().firstValue("Mainstay-Stale")).isEmpty();
    cluster.stopController("rt-1"); // who renews it
    try {
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                HttpResponse<String> read = visitor.get(other, "/notices/" + id);
                assertThat(read.body()).isEqualTo("true");
                assertThat(read.headers().firstValue("Mainstay-Stale")).contains("true");
              });
    } finally {
      cluster.startController("rt-1");
    }
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(
                        visitor.get(other, "/notices/" + id).headers().firstValue("Mainstay-Stale"))
                    .isEmpty());
  }

  /** Trap: a replica that applies nothing looks current until the next heartbeat is missed. */
  @Test
  void aReplicaWhoseApplierStoppedLeavesAtOnceAndComesBack() throws Exception {
    cluster.stopController("rt-1"); // which would start it again
    try {
      execute(
          "db-2",
          switch (engine) {
            case MYSQL -> "stop replica sql_thread";
            case MARIADB -> "stop slave sql_thread";
          });
      await().atMost(SOON).until(() -> inRotation("db-2") == 0);
      assertThat(readers()).containsExactly("3");
      assertThat(inRotation("db-3")).isEqualTo(1);
    } finally {
      execute(
          "db-2",
          switch (engine) {
            case MYSQL -> "start replica sql_thread";
            case MARIADB -> "start slave sql_thread";
          });
      cluster.startController("rt-1");
    }
    await().atMost(SOON).until(() -> readers().equals(Set.of("2", "3")));
  }

  // ---- Helpers

  /** Someone with a browser. */
  private static final class Visitor {
    private final Map<String, String> cookies = new LinkedHashMap<>();

    HttpResponse<String> get(ConfigurableApplicationContext instance, String path)
        throws Exception {
      return keep(send(request(instance, path).GET()));
    }

    HttpResponse<String> post(ConfigurableApplicationContext instance, String path)
        throws Exception {
      return keep(send(request(instance, path).POST(HttpRequest.BodyPublishers.noBody())));
    }

    private HttpRequest.Builder request(ConfigurableApplicationContext instance, String path) {
      HttpRequest.Builder request = HttpRequest.newBuilder(uri(instance, path));
      return cookies.isEmpty()
          ? request
          : request.header(
              "Cookie",
              cookies.entrySet().stream()
                  .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                  .collect(Collectors.joining("; ")));
    }

    private HttpResponse<String> keep(HttpResponse<String> answer) {
      assertThat(answer.statusCode()).isEqualTo(200);
      for (String cookie : answer.headers().allValues("Set-Cookie")) {
        String pair = cookie.substring(0, cookie.indexOf(';'));
        String name = pair.substring(0, pair.indexOf('='));
        if (cookie.contains("Max-Age=0;")) {
          cookies.remove(name);
        } else {
          cookies.put(name, pair.substring(pair.indexOf('=') + 1));
        }
      }
      return answer;
    }

    Map<String, String> cookies() {
      return cookies;
    }
  }

  /**
   * Lets the replicas apply nothing to the notices, nor anything that comes after, until the end.
   */
  private void holdBack(String... replicas) throws SQLException {
    for (String replica : replicas) {
      Connection connection = cluster.connect(replica, "controller");
      holding.add(connection);
      try (Statement statement = connection.createStatement()) {
        statement.execute("lock tables mainstay.notice read");
      }
    }
  }

  private static void execute(String node, String sql) throws SQLException {
    try (Connection connection = cluster.connect(node, "controller");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** What no node ever will have. */
  private GtidSet unknown() {
    return GtidSet.parse(
        engine,
        switch (engine) {
          case MYSQL -> "3e11fa47-71ca-11e1-9e33-c80aa9429562:7";
          case MARIADB -> "7-77-7";
        });
  }

  /** What the primary might write one day. */
  private GtidSet future() throws SQLException {
    try (Connection primary = cluster.connect("db-1", "controller")) {
      String origin = engine == Engine.MYSQL ? text(primary, "select @@server_uuid") : "0-1";
      return GtidSet.parse(engine, origin + (engine == Engine.MYSQL ? ":" : "-") + "999999999999");
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static CausalTokenCodec codec() {
    return CausalTokenCodec.withPassword(
        cluster.password("app"), "app " + ReplicatedCluster.SCHEMA);
  }

  private static String clusterId() {
    Optional<String> id = other.getBean(TopologyMonitor.class).view().clusterId();
    return id.orElseThrow();
  }

  private static HttpResponse<String> with(String token, String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(other, path)).header("Mainstay-Causal-Token", token));
  }

  private static Set<String> readers() throws Exception {
    Set<String> readers = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      readers.add(new Visitor().get(other, "/reader").body());
    }
    return readers;
  }

  private static double inRotation(String node) {
    return other
        .getBean(MeterRegistry.class)
        .get("mainstay.db.node.reads")
        .tag("node", node)
        .gauge()
        .value();
  }

  private static long answered(ConfigurableApplicationContext instance, String outcome) {
    return (long)
        instance
            .getBean(MeterRegistry.class)
            .get("mainstay.db.reads.causal")
            .tag("outcome", outcome)
            .functionCounter()
            .count();
  }

  private static long waits(ConfigurableApplicationContext instance, boolean reached) {
    return instance
        .getBean(MeterRegistry.class)
        .get("mainstay.db.reads.causal.wait")
        .tag("reached", Boolean.toString(reached))
        .timer()
        .count();
  }

  private static Map<String, Double> ignored(ConfigurableApplicationContext instance) {
    return instance
        .getBean(MeterRegistry.class)
        .get("mainstay.db.causal.tokens.ignored")
        .functionCounters()
        .stream()
        .collect(
            Collectors.toMap(
                counter -> String.valueOf(counter.getId().getTag("reason")),
                counter -> counter.count()));
  }

  private static URI uri(ConfigurableApplicationContext instance, String path) {
    return URI.create(
        "http://127.0.0.1:" + instance.getEnvironment().getProperty("local.server.port") + path);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
