package dev.mainstay.gateway.upstream;

import static dev.mainstay.gateway.upstream.Stage.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.health.EjectionRule;
import dev.mainstay.gateway.health.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Servers that fail live requests stand aside, but never too many of them. */
class EjectionTest {

  private static final EjectionRule RULE =
      new EjectionRule(3, Duration.ofSeconds(10), Duration.ofSeconds(300), 50);

  private final Stage stage = aPool(4);

  private static Stage aPool(int servers) {
    return Stage.of(rules -> rules.withEjection(RULE), servers);
  }

  private static void requests(Stage stage, String id, int times, Consumer<Attempt> fate) {
    for (int i = 0; i < times; i++) {
      Attempt attempt = stage.attempt(id);
      fate.accept(attempt);
      attempt.end();
    }
  }

  private void errors(String id, int times) {
    requests(stage, id, times, attempt -> attempt.failed(Fault.LOST));
  }

  private boolean ejected(String id) {
    return stage.seen(id).ejected();
  }

  @Example
  void errorsInARowEjectAndTheServerTakesNothing() {
    errors("s0", 3);

    assertThat(ejected("s0")).isTrue();
    assertThat(stage.pool.effectiveWeight("s0")).isZero();
    assertThat(stage.member("s0").ejectedUntil()).isEqualTo(stage.now().plusSeconds(10));
    assertThat(stage.serve(30)).isEqualTo(Map.of("s1", 10, "s2", 10, "s3", 10));
    assertThat(stage.told("ejection"))
        .containsExactly(
            "pool web: server s0: ejection in service -> ejected by request: 3 errors in a row, the last: connection lost; until 2026-01-01T00:00:10Z, 1 in a row");
  }

  @Example
  void everyKindOfErrorIsCharged() {
    requests(stage, "s0", 1, attempt -> attempt.failed(Fault.UNCONNECTED));
    requests(stage, "s0", 1, attempt -> attempt.failed(Fault.LATE));
    requests(stage, "s0", 1, attempt -> attempt.answered(502, false));
    assertThat(ejected("s0")).isTrue();

    requests(stage, "s1", 1, attempt -> attempt.answered(503, false));
    requests(stage, "s1", 2, attempt -> attempt.answered(504, true));
    assertThat(ejected("s1")).isTrue();
  }

  @Example
  void successBreaksTheRow() {
    errors("s0", 2);
    requests(stage, "s0", 1, attempt -> attempt.answered(500, false));
    errors("s0", 2);

    assertThat(ejected("s0")).isFalse();
  }

  @Example
  void errorOnAReusedConnectionIsNotChargedButALateAnswerIs() {
    requests(
        stage,
        "s0",
        9,
        attempt -> {
          attempt.onReused();
          attempt.failed(Fault.LOST);
        });
    assertThat(ejected("s0")).isFalse();
    assertThat(stage.member("s0").tally().failures()).isEqualTo(9);

    requests(
        stage,
        "s0",
        3,
        attempt -> {
          attempt.onReused();
          attempt.failed(Fault.LATE);
        });
    assertThat(ejected("s0")).isTrue();
  }

  @Example
  void a503WithRetryAfterIsNotCharged() {
    requests(stage, "s0", 9, attempt -> attempt.answered(503, true));

    assertThat(ejected("s0")).isFalse();
    assertThat(stage.member("s0").tally().failures()).isZero();
  }

  @Example
  void clientThatLeftIsNotCharged() {
    requests(stage, "s0", 9, attempt -> {});
    requests(
        stage,
        "s0",
        9,
        attempt -> {
          attempt.end();
          attempt.failed(Fault.LOST);
        });

    assertThat(ejected("s0")).isFalse();
  }

  @Example
  void ejectionEndsWithItsTimeAndGrows() {
    errors("s0", 3);
    stage.pass(Duration.ofSeconds(9));
    assertThat(ejected("s0")).isTrue();
    stage.pass(Duration.ofSeconds(1));
    assertThat(ejected("s0")).isFalse();

    errors("s0", 3);
    stage.pass(Duration.ofSeconds(19));
    assertThat(ejected("s0")).isTrue();
    stage.pass(Duration.ofSeconds(1));
    assertThat(ejected("s0")).isFalse();
  }

  @Example
  void passedCheckLiftsUnlessItBeganBefore() {
    var begun = stage.now();
    errors("s0", 3);
    stage.pass(Duration.ofSeconds(1));

    stage.pool.checked(stage.member("s0"), begun, true, "200");
    assertThat(ejected("s0")).isTrue();
    stage.passed("s0");
    assertThat(ejected("s0")).isFalse();
    assertThat(stage.told("ejection").getLast()).contains("by check: 200");
  }

  @Example
  void neverTheLastOne() {
    Stage two = aPool(2);
    two.failed("s1", 1);

    requests(two, "s0", 9, attempt -> attempt.failed(Fault.LATE));

    assertThat(two.seen("s0").ejected()).isFalse();
    Stage one = aPool(1);
    requests(one, "s0", 9, attempt -> attempt.failed(Fault.LATE));
    assertThat(one.serve(3)).isEqualTo(Map.of("s0", 3));
  }

  @Example
  void ejectedServerComesBackWhenTheOthersGo() {
    Stage two = aPool(2);
    requests(two, "s0", 3, attempt -> attempt.failed(Fault.LATE));
    assertThat(two.seen("s0").ejected()).isTrue();

    two.failed("s1", 1);

    assertThat(two.seen("s0").ejected()).isFalse();
    assertThat(two.serve(3)).isEqualTo(Map.of("s0", 3));
  }

  @Example
  void neverMoreThanItsShare() {
    errors("s0", 3);
    errors("s1", 3);
    errors("s2", 9);
    assertThat(ejected("s2")).isFalse();

    // 2 of 3 would be too many: the one that would be back first is.
    stage.state("s3", State.DRAIN);
    assertThat(ejected("s0")).isFalse();
    assertThat(ejected("s1")).isTrue();
  }

  @Example
  void maintenanceEndsAnEjection() {
    errors("s0", 3);
    stage.state("s0", State.MAINT);
    stage.state("s0", State.READY);

    assertThat(ejected("s0")).isFalse();
  }

  /** What an operator, checks and requests may do to a server, in any order. */
  record Step(int server, int what) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 5), Arbitraries.integers().between(0, 9))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  @Property(tries = 300)
  void whateverHappensNeverTooManyNeverTheLastAndNeverNobody(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 2, max = 6) int servers) {
    Stage any = aPool(servers);
    for (Step step : steps) {
      String id = "s" + step.server() % servers;
      switch (step.what()) {
        case 0 -> any.failed(id, 3);
        case 1 -> any.passed(id, 2);
        case 2 -> any.state(id, State.DRAIN);
        case 3 -> any.state(id, State.READY);
        case 4 -> any.state(id, State.MAINT);
        case 5 -> any.pass(Duration.ofSeconds(3));
        default -> requests(any, id, 3, attempt -> attempt.failed(Fault.LATE));
      }
      List<Server> ready =
          any.pool.roster().servers().stream().filter(it -> it.state() == State.READY).toList();
      List<Server> out = ready.stream().filter(Server::ejected).toList();
      assertThat(out.size() * 2).isLessThanOrEqualTo(ready.size());
      if (out.stream().anyMatch(it -> it.health() != Health.DOWN)) {
        assertThat(ready).anyMatch(it -> !it.ejected() && it.health() != Health.DOWN);
      }
      assertThat(any.pool.begin().isPresent()).isEqualTo(!ready.isEmpty());
    }
  }

  /** Many threads that find out at the same time. */
  @Example
  void errorsFromManyThreadsNeverEjectMoreThanTheShare() throws Exception {
    Stage many = aPool(6);
    int threads = 6;
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> most = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String id = "s" + t;
        most.add(
            pool.submit(
                () -> {
                  start.await();
                  int seen = 0;
                  for (int i = 0; i < 2_000; i++) {
                    requests(many, id, 3, attempt -> attempt.failed(Fault.LOST));
                    seen =
                        Math.max(
                            seen,
                            (int)
                                many.pool.roster().servers().stream()
                                    .filter(Server::ejected)
                                    .count());
                    requests(many, id, 1, attempt -> attempt.answered(200, false));
                    if (i % 50 == 0) {
                      many.state(id, State.MAINT);
                      many.state(id, State.READY);
                    }
                  }
                  return seen;
                }));
      }
      start.countDown();
      for (Future<Integer> each : most) {
        assertThat(each.get()).isBetween(1, 3);
      }
    }
    for (int i = 0; i < threads; i++) {
      assertThat(many.member("s" + i).tally().inFlight()).isZero();
    }
  }

  @Example
  void backupTakesOverFromAnEjectedServer() {
    Stage spare =
        Stage.of(
            rules -> rules.withEjection(RULE), server("a", 1), server("x", 1).withBackup(true));
    requests(spare, "a", 3, attempt -> attempt.failed(Fault.LATE));

    assertThat(spare.serve(2)).isEqualTo(Map.of("x", 2));
    spare.pass(Duration.ofSeconds(10));
    assertThat(spare.serve(2)).isEqualTo(Map.of("a", 2));
  }
}
