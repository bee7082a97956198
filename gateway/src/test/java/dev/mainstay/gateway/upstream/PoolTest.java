package dev.mainstay.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.health.Health;
import dev.mainstay.gateway.health.HealthPolicy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Requests that come while servers come and go. */
class PoolTest {

  private final Pool pool =
      new Pool(
          "web",
          new Roster(Mode.ACTIVE_ACTIVE, List.of()),
          new HealthPolicy(
              2, 3, Duration.ofSeconds(1), Duration.ofMillis(250), Duration.ofSeconds(2)),
          new Timeouts(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(15)),
          new RetryRule(2),
          length -> 0,
          () -> Instant.EPOCH,
          change -> {});

  private void list(String... names) {
    pool.list(
        Stream.of(names)
            .map(name -> Server.listed(name, URI.create("http://%s:80".formatted(name)), 100))
            .toList(),
        "test");
    for (String name : names) {
      pool.checked(pool.member(name).orElseThrow(), Instant.EPOCH, true, "200");
    }
  }

  @Test
  void requestsFindAServerWhileOthersAreListedLeaveAndGo() throws Exception {
    list("a", "b");
    CountDownLatch start = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    Set<Member> members = new HashSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> turnedAway = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        turnedAway.add(threads.submit(() -> turnedAway(start, done)));
      }
      start.countDown();
      for (int round = 0; round < 2_000; round++) {
        list("b", "c");
        pool.member("c").ifPresent(members::add);
        pool.dropLeft();
        list("a", "b");
        pool.member("a").ifPresent(members::add);
        pool.dropLeft();
      }
      done.set(true);
      for (Future<Integer> each : turnedAway) {
        assertThat(each.get()).isZero();
      }
    }
    pool.dropLeft();
    assertThat(pool.serverIds()).containsExactly("a", "b");
    assertThat(members).allSatisfy(it -> assertThat(it.tally().inFlight()).isZero());
  }

  /** Trap: it would take three more requests to find out again what two have found out. */
  @Test
  void aCheckThatBeganBeforeARequestWasRefusedDoesNotPass() {
    list("a");
    Member member = pool.member("a").orElseThrow();
    Attempt attempt = pool.begin().orElseThrow();

    pool.unconnected(attempt, "connection refused");
    pool.unconnected(attempt, "connection refused");
    pool.checked(member, Instant.EPOCH.minusMillis(1), true, "200");
    pool.unconnected(attempt, "connection refused");

    assertThat(member.pulse().health()).isEqualTo(Health.DOWN);
    attempt.end();

    pool.checked(member, Instant.EPOCH.plusMillis(1), true, "200");
    pool.checked(member, Instant.EPOCH.plusMillis(2), true, "200");
    assertThat(member.pulse().health()).isEqualTo(Health.UP);
  }

  private int turnedAway(CountDownLatch start, AtomicBoolean done) throws InterruptedException {
    start.await();
    int turnedAway = 0;
    while (!done.get()) {
      Optional<Attempt> attempt = pool.begin();
      if (attempt.isEmpty()) {
        turnedAway++;
      }
      attempt.ifPresent(Attempt::end);
    }
    return turnedAway;
  }
}
