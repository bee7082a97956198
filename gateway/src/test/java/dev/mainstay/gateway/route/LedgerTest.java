package dev.mainstay.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.health.HealthPolicy;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.RetryRule;
import dev.mainstay.gateway.upstream.Tally;
import dev.mainstay.gateway.upstream.Timeouts;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class LedgerTest {

  private final Pool pool =
      new Pool(
          "web",
          new Roster(
              Mode.ACTIVE_ACTIVE,
              List.of(Server.of("a", URI.create("http://127.0.0.1:1"), 1, false))),
          new HealthPolicy(
              2, 3, Duration.ofSeconds(1), Duration.ofMillis(250), Duration.ofSeconds(2)),
          new Timeouts(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(15)),
          new RetryRule(2),
          length -> 0,
          InstantSource.system(),
          change -> {});

  private final Tally tally = pool.member("a").orElseThrow().tally();

  @Test
  void nextAttemptEndsTheOneBefore() {
    Ledger ledger = new Ledger();

    ledger.enter(pool.begin().orElseThrow());
    ledger.enter(pool.begin().orElseThrow());
    assertThat(tally.inFlight()).isEqualTo(1);

    ledger.close();
    ledger.close();
    assertThat(tally.inFlight()).isZero();
    assertThat(tally.requests()).isEqualTo(2);
  }

  /** A client leaves at the very moment its request is redispatched. */
  @Test
  void attemptThatComesTooLateIsEndedToo() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 2_000; i++) {
        Ledger ledger = new Ledger();
        ledger.enter(pool.begin().orElseThrow());
        CyclicBarrier both = new CyclicBarrier(2);
        var redispatch =
            threads.submit(
                () -> {
                  both.await();
                  ledger.enter(pool.begin().orElseThrow());
                  return null;
                });
        var leave =
            threads.submit(
                () -> {
                  both.await();
                  ledger.close();
                  return null;
                });
        redispatch.get();
        leave.get();
      }
    }

    assertThat(tally.inFlight()).isZero();
    assertThat(tally.requests()).isEqualTo(4_000);
  }
}
