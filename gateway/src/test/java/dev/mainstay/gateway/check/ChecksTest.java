package dev.mainstay.gateway.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.health.Health;
import dev.mainstay.gateway.health.HealthPolicy;
import dev.mainstay.gateway.upstream.Change;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import dev.mainstay.gateway.upstream.RetryRule;
import dev.mainstay.gateway.upstream.Timeouts;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** When servers are checked; the clock is turned by hand. */
class ChecksTest {

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final List<Change> told = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private Mono<Probe.Answer> answer = Mono.just(new Probe.Answer(true, "200"));

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
          () -> now,
          told::add);

  private final Checks checks =
      new Checks(
          new Pools(List.of(pool)),
          (server, question) -> {
            asked.add(server.getAuthority());
            return answer;
          });

  @BeforeEach
  void ask() {
    checks.ask("web", Optional.of("/health"), Duration.ofSeconds(1));
  }

  private int checksWithin(Duration time) {
    int before = asked.size();
    Instant end = now.plus(time);
    while (now.isBefore(end)) {
      now = now.plusMillis(50);
      checks.tick(now);
    }
    return asked.size() - before;
  }

  private Health health() {
    return pool.roster().servers().getFirst().health();
  }

  @Test
  void firstCheckComesAtOnceAndDecides() {
    checks.tick(now);

    assertThat(asked).containsExactly("127.0.0.1:1");
    assertThat(health()).isEqualTo(Health.UP);
    assertThat(told).hasSize(1);
  }

  @Test
  void healthyServerIsCheckedAtTheInterval() {
    checks.tick(now);

    assertThat(checksWithin(Duration.ofSeconds(10))).isEqualTo(10);
    assertThat(told).hasSize(1);
  }

  @Test
  void failingServerIsCheckedFastUntilItIsDownAndThenAtTheDownInterval() {
    checks.tick(now);
    answer = Mono.just(new Probe.Answer(false, "500"));

    // One at the interval, two more fast: down after 1.5 s.
    assertThat(checksWithin(Duration.ofMillis(1500))).isEqualTo(3);
    assertThat(health()).isEqualTo(Health.DOWN);
    assertThat(checksWithin(Duration.ofSeconds(10))).isEqualTo(5);
    assertThat(told.getLast())
        .hasToString("pool web: server a: health UP -> DOWN by check after 1.5 s: 500");
  }

  @Test
  void serverInMaintenanceIsNotCheckedAndIsAtOnceWhenItReturns() {
    checks.tick(now);

    pool.amend("a", new Pool.Amendment(null, State.MAINT, null), "admin", "test");
    assertThat(checksWithin(Duration.ofSeconds(5))).isZero();
    assertThat(health()).isEqualTo(Health.UNKNOWN);

    pool.amend("a", new Pool.Amendment(null, State.READY, null), "admin", "test");
    assertThat(checksWithin(Duration.ofMillis(50))).isEqualTo(1);
    assertThat(health()).isEqualTo(Health.UP);
  }

  @Test
  void drainedServerIsChecked() {
    pool.amend("a", new Pool.Amendment(null, State.DRAIN, null), "admin", "test");

    assertThat(checksWithin(Duration.ofSeconds(3))).isPositive();
  }

  @Test
  void serverIsNeverAskedTwiceAtATime() {
    Sinks.One<Probe.Answer> pending = Sinks.one();
    answer = pending.asMono();
    checks.tick(now);

    assertThat(checksWithin(Duration.ofSeconds(5))).isZero();
    pending.tryEmitValue(new Probe.Answer(true, "200"));

    assertThat(checksWithin(Duration.ofMillis(50))).isEqualTo(1);
  }

  @Test
  void answerThatComesAfterMaintenanceBeganIsDropped() {
    Sinks.One<Probe.Answer> pending = Sinks.one();
    answer = pending.asMono();
    checks.tick(now);
    pool.amend("a", new Pool.Amendment(null, State.MAINT, null), "admin", "test");

    pending.tryEmitValue(new Probe.Answer(true, "200"));

    assertThat(health()).isEqualTo(Health.UNKNOWN);
  }

  @Test
  void refusedRequestsCountLikeChecksAndSpeedThemUp() {
    checks.tick(now);
    var attempt = pool.begin().orElseThrow();

    pool.unconnected(attempt, "connection refused");
    answer = Mono.just(new Probe.Answer(false, "connection refused"));

    assertThat(checksWithin(Duration.ofMillis(300))).isEqualTo(1);
    pool.unconnected(attempt, "connection refused");
    assertThat(health()).isEqualTo(Health.DOWN);
  }
}
