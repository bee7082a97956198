package dev.mainstay.gateway.upstream;

import static dev.mainstay.gateway.upstream.Stage.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of requests whose server failed, or went down while it had them. */
class RedispatchTest {

  private final Stage stage = Stage.of(rules -> rules, 2);
  private final List<String> heard = new ArrayList<>();

  private Attempt watched(String id, String name) {
    Attempt attempt = stage.attempt(id);
    attempt.whenDown(() -> heard.add(name));
    return attempt;
  }

  @Test
  void requestsInFlightHearOnceThatTheirServerWentDown() {
    var first = watched("s0", "first");
    var second = watched("s0", "second");
    var other = watched("s1", "other");

    stage.failed("s0", 3);
    stage.failed("s0", 3);

    assertThat(heard).containsExactlyInAnyOrder("first", "second");
    List.of(first, second, other).forEach(Attempt::end);
    assertThat(stage.member("s0").tally().inFlight()).isZero();
  }

  @Test
  void refusedRequestThatMarksItDownTellsTheOthers() {
    var first = watched("s0", "first");

    stage.pool.unconnected(first, "connection refused");

    assertThat(heard).containsExactly("first");
  }

  @Test
  void answeredAndEndedRequestsHearNothing() {
    watched("s0", "answered").answered(200, false);
    watched("s0", "ended").end();

    stage.failed("s0", 1);

    assertThat(heard).isEmpty();
  }

  @Test
  void serverThatWentDownBetweenPickAndAskingIsHeardOfAtOnce() {
    Attempt attempt = stage.attempt("s0");
    stage.failed("s0", 1);

    attempt.whenDown(() -> heard.add("late"));

    assertThat(heard).containsExactly("late");
  }

  /** In a panic servers are down from the start: that is no news. */
  @Test
  void requestGivenToAServerThatIsDownStays() {
    stage.failed("s0", 1);
    stage.failed("s1", 1);
    Attempt attempt = stage.pool.begin().orElseThrow();

    attempt.whenDown(() -> heard.add("panic"));
    assertThat(heard).isEmpty();

    stage.passed(attempt.server().id(), 2);
    stage.failed(attempt.server().id(), 3);
    assertThat(heard).containsExactly("panic");
  }

  @Test
  void drainedServerKeepsWhatItHas() {
    watched("s0", "drained");

    stage.state("s0", State.DRAIN);
    stage.state("s0", State.MAINT);

    assertThat(heard).isEmpty();
  }

  @Test
  void hasOtherLooksForOneThatIsUsable() {
    assertThat(stage.pool.hasOther(Set.of("s0"))).isTrue();
    stage.failed("s1", 1);
    assertThat(stage.pool.hasOther(Set.of("s0"))).isFalse();
  }

  @Test
  void sameServerAgainOnlyWhereThereIsNoOther() {
    Attempt first = stage.pool.begin().orElseThrow();
    Attempt second = stage.pool.beginElsewhere(Set.of(first.server().id())).orElseThrow();
    assertThat(second.server().id()).isNotEqualTo(first.server().id());
    assertThat(stage.pool.beginElsewhere(Set.of("s0", "s1"))).isEmpty();

    Attempt third = stage.pool.beginAgain(second).orElseThrow();
    assertThat(third.server().id()).isEqualTo(first.server().id());

    Stage alone = Stage.of(rules -> rules, server("only", 1));
    Attempt again = alone.pool.beginAgain(alone.pool.begin().orElseThrow()).orElseThrow();
    assertThat(again.server().id()).isEqualTo("only");
  }

  @Test
  void retriesSpendTheBudgetAndFailedConnectionsDoNot() {
    Stage poor =
        Stage.of(rules -> Rules.of(rules.health(), rules.timeouts(), new RetryRule(2, 0, 2)), 2);

    assertThat(poor.pool.mayRetry(Fault.LOST, false, true, 0)).isFalse();
    assertThat(poor.pool.mayRetry(Fault.UNCONNECTED, false, false, 0)).isTrue();
    assertThat(poor.pool.mayRetry(Fault.LOST, true, true, 0)).isTrue();
    assertThat(poor.pool.mayRetry(Fault.LATE, true, true, 0)).isTrue();
    assertThat(poor.pool.mayRetry(Fault.LATE, true, true, 0)).isFalse();
    assertThat(poor.pool.mayRetry(Fault.UNCONNECTED, true, true, 5)).isTrue();
  }

  /** The server goes down, is picked, asked after and answers, all at the same moment. */
  @Test
  void nobodyWaitsForAServerThatWentDownAndNothingStaysInFlight() throws Exception {
    AtomicInteger told = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 2_000; i++) {
        CyclicBarrier both = new CyclicBarrier(2);
        var request =
            threads.submit(
                () -> {
                  both.await();
                  Attempt attempt = stage.pool.begin().orElseThrow();
                  attempt.whenDown(
                      () -> {
                        told.incrementAndGet();
                        attempt.end();
                      });
                  return attempt;
                });
        var check =
            threads.submit(
                () -> {
                  both.await();
                  stage.failed("s0", 3);
                  return null;
                });
        Attempt attempt = request.get();
        check.get();
        if (attempt.server().id().equals("s1")) {
          attempt.end();
        }
        assertThat(stage.member("s0").tally().inFlight()).isZero();
        assertThat(stage.member("s1").tally().inFlight()).isZero();
        stage.passed("s0", 2);
      }
    }
    assertThat(told.get()).isPositive();
  }
}
