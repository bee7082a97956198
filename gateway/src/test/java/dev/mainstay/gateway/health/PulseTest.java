package dev.mainstay.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PulseTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration FAST = Duration.ofMillis(250);
  private static final Duration DOWN = Duration.ofSeconds(2);
  private static final HealthPolicy POLICY = new HealthPolicy(2, 3, INTERVAL, FAST, DOWN);

  /**
   * After each of {@code checks} (+ passed, - failed): the count, U or D, and the wait in
   * milliseconds.
   */
  private static String history(String checks) {
    Pulse pulse = Pulse.unknown(POLICY, START, "");
    StringBuilder history = new StringBuilder();
    for (int i = 0; i < checks.length(); i++) {
      pulse = checks.charAt(i) == '+' ? pulse.succeeded(START, "") : pulse.failed(START, "");
      history
          .append(pulse.count())
          .append(pulse.health().name().charAt(0))
          .append(pulse.untilNextCheck().toMillis())
          .append(' ');
    }
    return history.toString().trim();
  }

  @Test
  void unprovenServerIsDownUntilOneSuccess() {
    Pulse pulse = Pulse.unproven(POLICY, START, "");

    assertThat(pulse.health()).isEqualTo(Health.DOWN);
    assertThat(pulse.succeeded(START, "").health()).isEqualTo(Health.UP);
  }

  @Test
  void unprovenServerThatFailsItsFirstCheckMustRise() {
    Pulse pulse = Pulse.unproven(POLICY, START, "").failed(START, "").succeeded(START, "");

    assertThat(pulse.health()).isEqualTo(Health.DOWN);
    assertThat(pulse.succeeded(START, "").health()).isEqualTo(Health.UP);
  }

  @Test
  void firstSuccessMeansUp() {
    assertThat(history("+")).isEqualTo("4U1000");
  }

  @Test
  void firstFailureMeansDown() {
    assertThat(history("-")).isEqualTo("0D2000");
  }

  @Test
  void fallFailuresInARowMeanDown() {
    assertThat(history("+---")).isEqualTo("4U1000 3U250 2U250 0D2000");
  }

  @Test
  void oneSuccessForgivesFailures() {
    assertThat(history("+--+--+")).isEqualTo("4U1000 3U250 2U250 4U1000 3U250 2U250 4U1000");
  }

  @Test
  void riseSuccessesInARowMeanUp() {
    assertThat(history("-++")).isEqualTo("0D2000 1D250 4U1000");
  }

  @Test
  void oneFailureOnTheWayUpStartsOver() {
    assertThat(history("-+-++")).isEqualTo("0D2000 1D250 0D2000 1D250 4U1000");
  }

  @Test
  void unknownIsCheckedFast() {
    assertThat(Pulse.unknown(POLICY, START, "").untilNextCheck()).isEqualTo(FAST);
  }

  @Test
  void riseAndFallOfOneFollowEveryCheck() {
    HealthPolicy nervous = new HealthPolicy(1, 1, INTERVAL, FAST, DOWN);

    Pulse down = Pulse.unknown(nervous, START, "").failed(START, "");

    assertThat(down.health()).isEqualTo(Health.DOWN);
    assertThat(down.succeeded(START, "").health()).isEqualTo(Health.UP);
    assertThat(down.succeeded(START, "").count()).isEqualTo(1);
  }

  @Test
  void sinceTellsWhenHealthChanged() {
    Pulse up = Pulse.unknown(POLICY, START, "").succeeded(START.plusSeconds(1), "200");
    Pulse stillUp =
        up.succeeded(START.plusSeconds(2), "200").failed(START.plusSeconds(3), "refused");

    assertThat(up.since()).isEqualTo(START.plusSeconds(1));
    assertThat(stillUp.since()).isEqualTo(START.plusSeconds(1));
    assertThat(stillUp.reason()).isEqualTo("refused");
  }

  @Test
  void policyRefusesWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HealthPolicy(0, 3, INTERVAL, FAST, DOWN))
        .withMessage("rise is 0 (expected: 1-1000)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HealthPolicy(2, 3, INTERVAL, Duration.ZERO, DOWN))
        .withMessage("fast-interval is 0 ms (expected: 10 ms - 1 h)");
  }
}
