package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.Lineage;
import dev.mainstay.db.MysqlGtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Role;
import dev.mainstay.db.SemiSync;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Timeout(30)
class TopologyMonitorTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration NEVER = Duration.ofHours(1);

  private static final NodeAddress DB_1 = NodeAddress.parse("db-1=127.0.0.1:1");
  private static final NodeAddress DB_2 = NodeAddress.parse("db-2=127.0.0.1:2");
  private static final NodeAddress DB_3 = NodeAddress.parse("db-3=127.0.0.1:3");

  private final Map<NodeId, Observation> said = new ConcurrentHashMap<>();
  private final Map<NodeId, AtomicInteger> looks = new ConcurrentHashMap<>();
  private final CountDownLatch paused = new CountDownLatch(1);
  private TopologyMonitor monitor = monitor(NEVER);

  @AfterEach
  void stop() {
    paused.countDown();
    monitor.close();
  }

  @Test
  void beforeTheFirstLookEveryNodeIsUnreachable() {
    assertThat(monitor.topology().nodes())
        .extracting(NodeState::role)
        .containsOnly(Role.UNREACHABLE);
    assertThat(monitor.topology().primary()).isEmpty();
  }

  @Test
  void aStoppedNodeDelaysNobody() throws Exception {
    says(primary(DB_1));
    says(replica(DB_2));

    monitor.start();

    assertThat(monitor.await(now -> role(DB_1) == Role.PRIMARY, Duration.ofSeconds(10))).isTrue();
    assertThat(monitor.await(now -> role(DB_2) == Role.REPLICA, Duration.ofSeconds(10))).isTrue();
    assertThat(role(DB_3)).isEqualTo(Role.UNREACHABLE);
    assertThat(monitor.awaitFirstLook(Duration.ofMillis(1))).isFalse();
  }

  @Test
  void aNodeIsDoubtfulUntilItHasBeenLookedAtAgain() throws Exception {
    says(replica(DB_2));
    monitor.doubt(DB_2.id());
    monitor.doubt(DB_3.id());
    assertThat(monitor.isDoubtful(DB_2.id())).isTrue();

    monitor.start();

    await().until(() -> !monitor.isDoubtful(DB_2.id()));
    assertThat(monitor.isDoubtful(DB_3.id())).as("its look is not done").isTrue();
  }

  @Test
  void looksAgainAtEachInterval() {
    monitor = monitor(Duration.ofMillis(5));
    paused.countDown();
    says(primary(DB_1));

    monitor.start();

    await().until(() -> looks(DB_1) > 3);
  }

  @Test
  void aNudgeDuringALookIsNotForgotten() {
    says(primary(DB_1));
    says(replica(DB_3));
    monitor.start();
    await().until(() -> looks(DB_3) == 1);

    monitor.lookNow(DB_3.id());
    paused.countDown();

    await().until(() -> looks(DB_3) == 2);
  }

  @Test
  void withoutAPrimaryNodesAreLookedAtMoreOften() {
    monitor =
        new TopologyMonitor(
            List.of(DB_1, DB_2, DB_3), this::observe, NEVER, Duration.ofMillis(5), () -> NOW);
    paused.countDown();
    says(replica(DB_1));
    says(replica(DB_2));

    monitor.start();

    await().until(() -> looks(DB_1) > 3 && looks(DB_2) > 3);
  }

  @Test
  void whatShowsAPrimaryEndsTheUrgency() {
    monitor =
        new TopologyMonitor(
            List.of(DB_1, DB_2, DB_3), this::observe, NEVER, Duration.ofMillis(5), () -> NOW);
    says(primary(DB_1));
    monitor.start();

    await().until(() -> monitor.writer().isPresent());
    assertThat(looks(DB_1)).isEqualTo(1);
  }

  @Test
  void aPrimaryInDoubtTakesNoWritesUntilItHasBeenLookedAt() throws Exception {
    says(primary(DB_1));
    monitor.doubt(DB_1.id());
    assertThat(monitor.writer()).isEmpty();

    monitor.start();

    await().until(() -> monitor.writer().isPresent());
  }

  @Test
  void aNodeThatSomebodyCouldNotReachIsOutAtOnceAndLookedAtAgain() throws Exception {
    says(primary(DB_1));
    says(replica(DB_2));
    says(replica(DB_3));
    paused.countDown();
    monitor.start();
    assertThat(monitor.awaitFirstLook(Duration.ofSeconds(10))).isTrue();
    List<String> roles = new CopyOnWriteArrayList<>();
    monitor.addListener(
        (before, after) -> roles.add(after.node(DB_2.id()).orElseThrow().role().name()));

    monitor.lost(DB_2, "connection refused");

    await().untilAsserted(() -> assertThat(roles).containsExactly("UNREACHABLE", "REPLICA"));
    assertThat(looks(DB_2)).isEqualTo(2);
    assertThat(looks(DB_1)).isEqualTo(1);
  }

  @Test
  void listenersHearOfChangesOnly() throws Exception {
    says(primary(DB_1));
    says(replica(DB_2));
    says(replica(DB_3));
    paused.countDown();
    monitor.start();
    assertThat(monitor.awaitFirstLook(Duration.ofSeconds(10))).isTrue();
    AtomicInteger changes = new AtomicInteger();
    monitor.addListener((before, after) -> changes.incrementAndGet());

    monitor.lookNow(DB_1.id());
    await().until(() -> looks(DB_1) == 2);
    says(replica(DB_1));
    monitor.lookNow(DB_1.id());
    await().until(() -> role(DB_1) == Role.REPLICA);

    await().untilAsserted(() -> assertThat(changes).hasValue(1));
  }

  @Test
  void aLookThatBreaksIsNotTheLast() {
    monitor = monitor(Duration.ofMillis(5));
    paused.countDown();

    monitor.start();

    await().until(() -> looks(DB_2) > 3);
    says(replica(DB_2));
    await().until(() -> role(DB_2) == Role.REPLICA);
  }

  @Test
  void waitingForATopologyEndsWithPatience() throws Exception {
    assertThat(monitor.await(now -> now.primary().isPresent(), Duration.ofMillis(10))).isFalse();
  }

  @Test
  void whatWasSeenBeforeDoesNotCountAsSeenAfresh() throws Exception {
    says(primary(DB_1));
    says(replica(DB_2));
    says(replica(DB_3));
    paused.countDown();
    monitor.start();
    assertThat(monitor.awaitFirstLook(Duration.ofSeconds(10))).isTrue();

    assertThat(monitor.awaitAfresh(now -> true, Duration.ofMillis(200))).isFalse();
    says(at(NOW.plusSeconds(1), primary(DB_1)));
    says(at(NOW.plusSeconds(1), replica(DB_2)));
    says(at(NOW.plusSeconds(1), replica(DB_3)));
    assertThat(monitor.awaitAfresh(now -> true, Duration.ofSeconds(10))).isTrue();
  }

  /** Trap: a wrong password changes no role, and so nobody is told. */
  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void whyANodeIsUnreachableFromTheBeginningIsTold(CapturedOutput output) throws Exception {
    says(primary(DB_1));
    says(new Observation.Unreachable(DB_2, NOW, "Access denied for user 'monitor'"));
    says(replica(DB_3));
    paused.countDown();

    monitor.start();

    assertThat(monitor.awaitFirstLook(Duration.ofSeconds(10))).isTrue();
    assertThat(output).containsOnlyOnce("db-2 is UNREACHABLE (Access denied for user 'monitor')");
  }

  private TopologyMonitor monitor(Duration interval) {
    return new TopologyMonitor(
        List.of(DB_1, DB_2, DB_3), this::observe, interval, interval, () -> NOW);
  }

  /** db-3 is stopped until it is let go; a node that nothing is known of breaks the probe. */
  private Observation observe(NodeAddress node) {
    looks.computeIfAbsent(node.id(), id -> new AtomicInteger()).incrementAndGet();
    if (node.equals(DB_3)) {
      try {
        paused.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Observation observation = said.get(node.id());
    if (observation == null) {
      throw new IllegalStateException("broken on purpose");
    }
    return observation;
  }

  private void says(Observation observation) {
    said.put(observation.address().id(), observation);
  }

  private Role role(NodeAddress node) {
    return monitor.topology().node(node.id()).orElseThrow().role();
  }

  private int looks(NodeAddress node) {
    AtomicInteger count = looks.get(node.id());
    return count == null ? 0 : count.get();
  }

  private static Observation primary(NodeAddress node) {
    return reached(node, false);
  }

  private static Observation replica(NodeAddress node) {
    return reached(node, true);
  }

  private static Observation reached(NodeAddress node, boolean readOnly) {
    return reached(NOW, node, readOnly);
  }

  private static Observation at(Instant at, Observation observation) {
    return reached(at, observation.address(), ((Observation.Reached) observation).readOnly());
  }

  private static Observation reached(Instant at, NodeAddress node, boolean readOnly) {
    return new Observation.Reached(
        node,
        at,
        Engine.MYSQL,
        "9.7.4",
        node.port(),
        Optional.of("cluster"),
        readOnly,
        NOW,
        MysqlGtidSet.EMPTY,
        new Lineage.Mysql(
            "3E11FA47-71CA-11E1-9E33-C80AA942956%d".formatted(node.port()), MysqlGtidSet.EMPTY),
        Optional.empty(),
        SemiSync.OFF,
        Optional.of(new EpochRecord(1, DB_1.id(), Set.of())),
        Optional.of(NOW),
        Optional.of("rt-1"));
  }
}
