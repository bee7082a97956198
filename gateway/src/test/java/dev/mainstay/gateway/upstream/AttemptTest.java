package dev.mainstay.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What is counted of a request, whatever becomes of it. */
class AttemptTest {

  private final Stage stage = Stage.of(rules -> rules, 1);
  private final Tally tally = stage.member("s0").tally();

  private static void happens(Attempt attempt, int what) {
    switch (what) {
      case 0 -> attempt.onReused();
      case 1 -> attempt.answered(200, false);
      case 2 -> attempt.answered(502, false);
      case 3 -> attempt.failed(Fault.LATE);
      case 4 -> attempt.failed();
      case 5 -> attempt.retried();
      case 6 -> attempt.whenDown(attempt::end);
      default -> attempt.end();
    }
  }

  @Property(tries = 500)
  void nothingStaysInFlightWhateverBecomesOfIt(
      @ForAll List<List<@IntRange(max = 7) Integer>> fates) {
    Stage own = Stage.of(rules -> rules, 1);
    List<Attempt> attempts = new ArrayList<>();
    for (List<Integer> fate : fates) {
      Attempt attempt = own.pool.begin().orElseThrow();
      attempts.add(attempt);
      fate.forEach(what -> happens(attempt, what));
    }
    own.failed("s0", 3);
    attempts.forEach(Attempt::end);

    assertThat(own.member("s0").tally().inFlight()).isZero();
    assertThat(own.member("s0").tally().requests()).isEqualTo(fates.size());
  }

  @Example
  void whatHappensAfterTheEndIsNotCounted() {
    Attempt attempt = stage.pool.begin().orElseThrow();
    attempt.end();
    attempt.failed();
    attempt.failed(Fault.LOST);
    attempt.end();

    assertThat(tally.failures()).isZero();
    assertThat(tally.inFlight()).isZero();
  }

  @Example
  void latencyIsToldOnceTheHeadIsHere() {
    AtomicLong heard = new AtomicLong(-1);
    stage.member("s0").listen(heard::set);
    Attempt attempt = stage.pool.begin().orElseThrow();
    assertThat(heard.get()).isEqualTo(-1);

    attempt.answered(200, false);

    assertThat(heard.get()).isNotNegative();
    attempt.end();
  }

  /** Complete, error and cancel at the same moment. */
  @Example
  void endedFromManySidesItIsEndedOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int i = 0; i < 1_000; i++) {
        Attempt attempt = stage.pool.begin().orElseThrow();
        CyclicBarrier all = new CyclicBarrier(3);
        List<Future<?>> ends = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
          ends.add(
              threads.submit(
                  () -> {
                    all.await();
                    attempt.end();
                    return true;
                  }));
        }
        for (Future<?> end : ends) {
          assertThat(end.get()).isEqualTo(true);
        }
        assertThat(tally.inFlight()).isZero();
      }
    }
  }
}
