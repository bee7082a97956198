package dev.mainstay.gateway.upstream;

import static dev.mainstay.gateway.upstream.Stage.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A server that came up or ready takes its weight little by little. */
class SlowStartTest {

  private final Stage stage = Stage.of(rules -> rules.withSlowStart(Duration.ofSeconds(10)), 2);

  private int weight(String id) {
    return stage.pool.effectiveWeight(id);
  }

  private void up() {
    stage.passed("s0");
    stage.passed("s1");
  }

  @Test
  void nobodyStartsSlowlyWhenTheProcessStarts() {
    up();

    assertThat(weight("s0")).isEqualTo(100);
    assertThat(weight("s1")).isEqualTo(100);
  }

  @Test
  void serverThatCameUpGrowsLinearly() {
    up();
    stage.failed("s1", 3);
    stage.passed("s1", 2);

    assertThat(weight("s1")).isEqualTo(7);
    stage.pass(Duration.ofSeconds(1));
    assertThat(weight("s1")).isEqualTo(17);
    stage.pass(Duration.ofSeconds(4));
    assertThat(weight("s1")).isEqualTo(57);
    stage.pass(Duration.ofSeconds(5));
    assertThat(weight("s1")).isEqualTo(100);
    assertThat(weight("s0")).isEqualTo(100);
  }

  @Test
  void sharesFollowTheWeightInForce() {
    up();
    stage.failed("s1", 3);
    stage.passed("s1", 2);
    stage.pass(Duration.ofSeconds(1));

    assertThat(stage.serve(117)).isEqualTo(Map.of("s0", 100, "s1", 17));
  }

  @Test
  void serverThatCameReadyFromMaintenanceOrDrainingStartsSlowly() {
    up();
    stage.state("s0", State.MAINT);
    stage.state("s0", State.READY);
    stage.state("s1", State.DRAIN);
    stage.pass(Duration.ofSeconds(3));
    stage.state("s1", State.READY);

    assertThat(weight("s0")).isEqualTo(37);
    assertThat(weight("s1")).isEqualTo(7);
    stage.passed("s0");
    assertThat(weight("s0")).isEqualTo(37);
  }

  @Test
  void serverThatGoesDownOnTheWayStartsAnew() {
    up();
    stage.failed("s1", 3);
    stage.passed("s1", 2);
    stage.pass(Duration.ofSeconds(9));
    stage.failed("s1", 3);
    assertThat(weight("s1")).isZero();

    stage.passed("s1", 2);

    assertThat(weight("s1")).isEqualTo(7);
  }

  @Test
  void weightSetMeanwhileGrowsAtTheSamePace() {
    up();
    stage.failed("s1", 3);
    stage.passed("s1", 2);
    stage.pass(Duration.ofSeconds(5));

    stage.pool.amend("s1", new Pool.Amendment(10, null, null), "admin", "test");
    assertThat(weight("s1")).isEqualTo(6);

    stage.pool.amend("s1", new Pool.Amendment(0, null, null), "admin", "test");
    assertThat(weight("s1")).isZero();
  }

  @Test
  void serverThatIsAddedStartsSlowly() {
    up();

    stage.pool.add(server("s2", 100), "admin", "test");
    assertThat(weight("s2")).isEqualTo(7);
    stage.pass(Duration.ofSeconds(5));
    stage.passed("s2");

    assertThat(weight("s2")).isEqualTo(57);
  }

  @Test
  void serversThatDnsListsFirstAreThereFromTheStartAndLaterOnesComeUp() {
    Stage found = Stage.of(rules -> rules.withSlowStart(Duration.ofSeconds(10)));
    Server a = Server.listed("a", URI.create("http://10.0.0.1:80"), 100);
    Server b = Server.listed("b", URI.create("http://10.0.0.2:80"), 100);
    found.pool.list(List.of(a), "test");
    found.passed("a");
    found.pool.list(List.of(a, b), "test");
    found.passed("b");

    assertThat(found.pool.effectiveWeight("a")).isEqualTo(100);
    assertThat(found.pool.effectiveWeight("b")).isEqualTo(7);

    found.failed("a", 3);
    found.passed("a", 2);
    assertThat(found.pool.effectiveWeight("a")).isEqualTo(7);
  }

  @Test
  void slowStartOf0IsNone() {
    Stage none = Stage.of(rules -> rules, 2);
    none.failed("s1", 1);
    none.passed("s1", 2);

    assertThat(none.pool.effectiveWeight("s1")).isEqualTo(100);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Stage.RULES.withSlowStart(Duration.ofHours(2)))
        .withMessage("slow-start is 7200000 ms (expected: 0 - 1 h)");
  }
}
