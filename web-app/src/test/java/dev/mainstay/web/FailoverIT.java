package dev.mainstay.web;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Role;
import dev.mainstay.db.controller.loop.Orders;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.router.Cluster;
import dev.mainstay.web.testing.Site;
import dev.mainstay.web.testing.Site.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** What clients that post with a key see of a primary that goes away and comes back. */
@EachEngine
@NullUnmarked
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailoverIT {

  private static final int CLIENTS = 6;
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration A_MOMENT = Duration.ofMillis(10);

  private static ReplicatedCluster cluster;
  private static Site site;

  @Parameter LocalEngine engine;

  @BeforeParameterizedClassInvocation
  static void start(LocalEngine engine) {
    cluster = ReplicatedCluster.start(Engine.valueOf(engine.name()), 3);
    Map<String, Object> settings = new HashMap<>();
    settings.put("mainstay.db.nodes", String.join(",", cluster.nodes()));
    settings.put("mainstay.db.schema", ReplicatedCluster.SCHEMA);
    settings.put("mainstay.db.username", "app");
    settings.put("mainstay.db.password", cluster.password("app"));
    for (String account : List.of("migrate", "monitor")) {
      settings.put("mainstay.db." + account + ".username", account);
      settings.put("mainstay.db." + account + ".password", cluster.password(account));
    }
    try {
      site = Site.start("web-1", settings);
    } catch (RuntimeException | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    if (site != null) {
      site.close();
      cluster.close();
    }
    site = null;
  }

  @BeforeEach
  void everyNodeIsInItsPlace() {
    cluster.awaitInPlace();
    await()
        .atMost(SOON)
        .until(
            () ->
                primary().filter("db-1"::equals).isPresent()
                    && site.bean(Cluster.class).topology().replicas().size() == 2);
  }

  /** A write and its fate. */
  private record Fate(UUID key, int status, String outcome, String id, Duration took, String body) {

    boolean isAcknowledged() {
      return status == 201;
    }
  }

  @Test
  @Order(1)
  void aKilledPrimaryIsSucceededAndCostsNoWriteAndDoublesNone() throws Exception {
    Queue<Fate> fates =
        underLoad(
            () -> {
              double before = held();
              cluster.kill("db-1");
              await().pollInterval(A_MOMENT).atMost(SOON).until(() -> held() > before);
              awaitSuccessor();
              cluster.restart("db-1");
            });

    assertAllAcknowledged(fates);
    cluster.awaitInSync();
    assertOnceOn(List.of("db-1", "db-2", "db-3"), fates);
  }

  @Test
  @Order(2)
  void aKilledPrimaryThatIsBackAtOnceCostsNoWriteAndDoublesNone() throws Exception {
    Queue<Fate> fates =
        underLoad(
            () -> {
              double before = held();
              cluster.kill("db-1");
              await().pollInterval(A_MOMENT).atMost(SOON).until(() -> held() > before);
              cluster.restart("db-1");
            });

    assertAllAcknowledged(fates);
    cluster.awaitInSync();
    assertOnceOn(List.of("db-1", "db-2", "db-3"), fates);
  }

  @Test
  @Order(3)
  void aSwitchoverCostsNoWriteAndDoublesNone() throws Exception {
    Queue<Fate> fates =
        underLoad(
            () ->
                assertThat(cluster.leader().orders().move(new NodeId("db-2"), false).join())
                    .isInstanceOf(Orders.Answer.Done.class));

    assertAllAcknowledged(fates);
    cluster.awaitInSync();
    assertOnceOn(List.of("db-1", "db-2", "db-3"), fates);
  }

  /** The last: it may come back with a write that nobody acknowledged, and is left out then. */
  @Test
  @Order(5)
  void aPrimaryThatStandsStillIsSucceededAndAcknowledgesNothingWhenItWakes() throws Exception {
    Queue<Fate> fates =
        underLoad(
            () -> {
              cluster.pause("db-1");
              awaitSuccessor();
              cluster.resume("db-1");
            });

    assertAllAcknowledged(fates);
    cluster.awaitTopology(
        t ->
            t.node(new NodeId("db-1"))
                .filter(n -> n.role() == Role.REPLICA || n.role() == Role.QUARANTINED)
                .isPresent());
    String successor = cluster.primary().value();
    assertOnceOn(List.of(successor), fates);
  }

  /** How many writes have had to wait for a primary, those that do so now among them. */
  private static double held() {
    MeterRegistry metrics = site.bean(MeterRegistry.class);
    return metrics.get("mainstay.db.writes.hold").functionTimer().count()
        + metrics.get("mainstay.db.writes.held").gauge().value();
  }

  private static void awaitSuccessor() {
    await()
        .pollInterval(A_MOMENT)
        .atMost(SOON)
        .until(() -> primary().filter(id -> !id.equals("db-1")).isPresent());
  }

  private static Optional<String> primary() {
    return site.bean(Cluster.class).topology().primary().map(node -> node.id().value());
  }

  /** Without replicas no COMMIT is answered: the client is told what is so, within the hold. */
  @Test
  @Order(4)
  void aWriteWithoutAnAckerIsHeldAndThenRefused() throws Exception {
    cluster.kill("db-2");
    cluster.kill("db-3");
    try {
      await()
          .atMost(SOON)
          .until(
              () ->
                  site.bean(Cluster.class).topology().primary().stream()
                      .noneMatch(node -> node.writable()));
      Fate fate = post();

      assertThat(fate.status()).as(fate.body()).isEqualTo(503);
      assertThat(fate.outcome()).isEqualTo("refused");
      assertThat(fate.took()).isBetween(Duration.ofMillis(7_500), Duration.ofMillis(9_500));
      assertThat(count("db-1", fate)).isZero();
    } finally {
      cluster.restart("db-2");
      cluster.restart("db-3");
    }
  }

  /** Posts from several clients, breaks something in between, and returns what became of each. */
  private static Queue<Fate> underLoad(Fault fault) throws Exception {
    Queue<Fate> fates = new ConcurrentLinkedQueue<>();
    AtomicBoolean on = new AtomicBoolean(true);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (int i = 0; i < CLIENTS; i++) {
          clients.execute(
              () -> {
                while (on.get()) {
                  fates.add(post());
                }
              });
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(fates).hasSizeGreaterThan(60));
        fault.strike();
        int before = fates.size();
        await()
            .atMost(SOON)
            .untilAsserted(() -> assertThat(fates).hasSizeGreaterThan(before + 120));
      } finally {
        on.set(false);
      }
    }
    return fates;
  }

  private interface Fault {
    void strike() throws Exception;
  }

  private static Fate post() {
    UUID key = UUID.randomUUID();
    long start = System.nanoTime();
    Answer answer =
        site.postJson(
            "/api/notices",
            Map.of("title", key.toString(), "body", "under load", "author", "Ada"),
            "Idempotency-Key",
            key.toString());
    return new Fate(
        key,
        answer.status(),
        answer.header("Mainstay-Outcome"),
        answer.status() == 201 ? answer.json().get("id").asString() : "",
        Duration.ofNanos(System.nanoTime() - start),
        answer.body());
  }

  private static void assertAllAcknowledged(Queue<Fate> fates) {
    assertThat(fates)
        .allSatisfy(fate -> assertThat(fate.isAcknowledged()).as(fate.toString()).isTrue());
    assertThat(fates.stream().map(Fate::took)).allMatch(took -> took.toMillis() < 10_000);
  }

  private static void assertOnceOn(List<String> nodes, Queue<Fate> fates) throws SQLException {
    for (String node : nodes) {
      Map<String, Long> there = notices(node);
      assertThat(
              fates.stream()
                  .filter(fate -> there.getOrDefault(fate.key().toString(), 0L) != 1)
                  .map(Fate::toString)
                  .collect(joining("\n")))
          .as("not exactly once on " + node)
          .isEmpty();
    }
  }

  private static long count(String node, Fate fate) throws SQLException {
    return notices(node).getOrDefault(fate.key().toString(), 0L);
  }

  private static Map<String, Long> notices(String node) throws SQLException {
    Map<String, Long> notices = new HashMap<>();
    try (Connection connection = cluster.connect(node, "controller");
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery("select title, count(*) from mainstay.notice group by title")) {
      while (rows.next()) {
        notices.put(rows.getString(1), rows.getLong(2));
      }
    }
    return notices;
  }
}
