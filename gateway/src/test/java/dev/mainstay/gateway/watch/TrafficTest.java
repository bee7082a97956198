package dev.mainstay.gateway.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.health.HealthPolicy;
import dev.mainstay.gateway.upstream.Attempt;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import dev.mainstay.gateway.upstream.RetryRule;
import dev.mainstay.gateway.upstream.Timeouts;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrafficTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Pool pool =
      new Pool(
          "web",
          new Roster(Mode.ACTIVE_ACTIVE, List.of(server("A"), server("B"))),
          new HealthPolicy(2, 3, SECOND, SECOND, SECOND),
          new Timeouts(SECOND, SECOND, SECOND),
          new RetryRule(2),
          _ -> 0,
          () -> Instant.EPOCH,
          _ -> {});
  private final Traffic traffic = new Traffic(new Pools(List.of(pool)));
  private Instant now = Instant.EPOCH;

  private static Server server(String id) {
    return Server.of(id, URI.create("http://127.0.0.1:81"), 1, false);
  }

  private void tick() {
    traffic.tick(now);
    now = now.plus(SECOND);
  }

  private void requests(int count) {
    for (int i = 0; i < count; i++) {
      pool.begin().orElseThrow().end();
    }
  }

  private Speed of(String id) {
    return traffic.of(pool.member(id).orElseThrow());
  }

  @Test
  void nothingIsKnownBeforeTheSecondTick() {
    requests(10);
    tick();

    assertThat(traffic.all()).isEqualTo(Speed.NONE);
  }

  @Test
  void ratesAreThoseSinceTheFirstTick() {
    tick();
    requests(10);
    tick();

    assertThat(traffic.all().requestsPerSecond()).isEqualTo(10);
    assertThat(of("A").requestsPerSecond()).isEqualTo(5);
    assertThat(of("B").requestsPerSecond()).isEqualTo(5);
    assertThat(traffic.all().p99Micros()).isNotNull();
  }

  @Test
  void whatIsOlderThanTheWindowIsForgotten() {
    tick();
    requests(30);
    for (int second = 0; second < Traffic.WINDOW; second++) {
      tick();
      assertThat(traffic.all().requestsPerSecond()).isPositive();
    }
    tick();

    assertThat(traffic.all().requestsPerSecond()).isZero();
    assertThat(traffic.all().p50Micros()).isNull();
  }

  @Test
  void aRequestThatWentOnIsOneAndHasNotFailed() {
    tick();
    Attempt first = pool.begin().orElseThrow();
    first.failed();
    first.retried();
    first.end();
    pool.beginElsewhere(Set.of(first.server().id())).orElseThrow().end();
    tick();

    assertThat(of("A").failuresPerSecond() + of("B").failuresPerSecond()).isEqualTo(1);
    assertThat(traffic.of(pool).requestsPerSecond()).isEqualTo(1);
    assertThat(traffic.of(pool).failuresPerSecond()).isZero();
  }

  @Test
  void aServerThatLeftTakesNothingAway() {
    tick();
    requests(10);
    pool.amend("B", new Pool.Amendment(null, State.MAINT, null), "test", "test");
    pool.remove("B", "test", "test");
    tick();

    assertThat(traffic.all().requestsPerSecond()).isEqualTo(5);
  }
}
