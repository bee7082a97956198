package dev.mainstay.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** How many retries a pool may make. */
class BudgetTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static void requests(Budget budget, Instant at, int number) {
    for (int i = 0; i < number; i++) {
      budget.request(at);
    }
  }

  private static int retries(Budget budget, Instant at) {
    int taken = 0;
    while (budget.take(at)) {
      taken++;
    }
    return taken;
  }

  @Example
  void floorIsThereWithoutRequests() {
    assertThat(retries(new Budget(new RetryRule(2, 20, 7)), START)).isEqualTo(7);
    assertThat(retries(new Budget(new RetryRule(2, 20, 0)), START)).isZero();
  }

  @Example
  void shareIsThatOfTheLastTenSeconds() {
    Budget budget = new Budget(new RetryRule(2, 20, 0));
    requests(budget, START, 100);
    requests(budget, START.plusSeconds(5), 50);

    assertThat(retries(budget, START.plusSeconds(9))).isEqualTo(30);
    assertThat(retries(budget, START.plusSeconds(14))).isZero();
    // The first requests are forgotten, then the retries.
    requests(budget, START.plusSeconds(19), 10);
    assertThat(retries(budget, START.plusSeconds(19))).isEqualTo(2);
    assertThat(retries(budget, START.plusSeconds(60))).isZero();
  }

  @Property
  void neverMoreRetriesThanTheShareAndTheFloor(
      @ForAll List<@IntRange(max = 500) Integer> perSecond,
      @ForAll @IntRange(max = 100) int percent,
      @ForAll @IntRange(max = 50) int floor) {
    Budget budget = new Budget(new RetryRule(2, percent, floor));
    List<Integer> made = new ArrayList<>();
    for (int second = 0; second < perSecond.size(); second++) {
      Instant now = START.plusSeconds(second);
      requests(budget, now, perSecond.get(second));
      made.add(retries(budget, now));
      int from = Math.max(0, second - 9);
      int requests = perSecond.subList(from, second + 1).stream().mapToInt(Integer::intValue).sum();
      int retries = made.subList(from, second + 1).stream().mapToInt(Integer::intValue).sum();
      assertThat(made.getLast() == 0 || retries == requests * percent / 100 + floor)
          .as("all of the budget, or none where earlier retries used it")
          .isTrue();
    }
  }

  @Example
  void manyThreadsTakeNoMoreThanThereIs() throws Exception {
    Budget budget = new Budget(new RetryRule(2, 10, 0));
    CountDownLatch start = new CountDownLatch(1);
    int taken = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> each = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        each.add(
            threads.submit(
                () -> {
                  start.await();
                  requests(budget, START, 10_000);
                  return retries(budget, START);
                }));
      }
      start.countDown();
      for (Future<Integer> one : each) {
        taken += one.get();
      }
    }

    assertThat(taken + retries(budget, START)).isEqualTo(4_000);
  }
}
