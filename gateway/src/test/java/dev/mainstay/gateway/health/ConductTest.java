package dev.mainstay.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** How long ejections take. */
class ConductTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final EjectionRule RULE =
      new EjectionRule(3, Duration.ofSeconds(10), Duration.ofSeconds(35), 50);

  private static long seconds(Instant from, Conduct conduct) {
    return Duration.between(from, conduct.ejectedUntil(from).orElse(from)).toSeconds();
  }

  @Example
  void onlyErrorsInARowDeserveEjection() {
    Conduct two = Conduct.CLEAN.erred().erred();

    assertThat(two.deservesEjection(RULE)).isFalse();
    assertThat(two.succeeded().erred().deservesEjection(RULE)).isFalse();
    assertThat(two.erred().deservesEjection(RULE)).isTrue();
    assertThat(two.erred().deservesEjection(EjectionRule.NEVER)).isFalse();
  }

  @Example
  void ejectionsInARowGrowUpToTheCap() {
    List<Long> lengths = new ArrayList<>();
    Conduct conduct = Conduct.CLEAN;
    Instant now = START;
    for (int i = 0; i < 6; i++) {
      conduct = conduct.ejected(RULE, now);
      lengths.add(seconds(now, conduct));
      now = conduct.ejectedUntil(now).orElseThrow().plusSeconds(1);
    }

    assertThat(lengths).containsExactly(10L, 20L, 30L, 35L, 35L, 35L);
  }

  @Example
  void healthySpellsTakeOneOffEach() {
    Conduct conduct = Conduct.CLEAN.ejected(RULE, START);
    conduct = conduct.ejected(RULE, START.plusSeconds(10));
    conduct = conduct.ejected(RULE, START.plusSeconds(30));
    Instant end = START.plusSeconds(60);
    assertThat(conduct.ejectedUntil(START.plusSeconds(30))).contains(end);

    assertThat(seconds(end.plusSeconds(9), conduct.ejected(RULE, end.plusSeconds(9))))
        .isEqualTo(35);
    assertThat(seconds(end.plusSeconds(10), conduct.ejected(RULE, end.plusSeconds(10))))
        .isEqualTo(30);
    assertThat(seconds(end.plusSeconds(29), conduct.ejected(RULE, end.plusSeconds(29))))
        .isEqualTo(20);
    assertThat(seconds(end.plusSeconds(300), conduct.ejected(RULE, end.plusSeconds(300))))
        .isEqualTo(10);
  }

  @Example
  void liftedBeforeItsTimeItIsInServiceAndTheRowStands() {
    Conduct conduct = Conduct.CLEAN.ejected(RULE, START).lifted(START.plusSeconds(2));

    assertThat(conduct.ejectedUntil(START.plusSeconds(2))).isEmpty();
    assertThat(seconds(START.plusSeconds(3), conduct.ejected(RULE, START.plusSeconds(3))))
        .isEqualTo(20);
  }

  @Property
  void noEjectionIsShorterThanTheFirstOrLongerThanTheCap(
      @ForAll List<@IntRange(max = 100) Integer> pauses) {
    Conduct conduct = Conduct.CLEAN;
    Instant now = START;
    long before = 0;
    for (int pause : pauses) {
      conduct = conduct.ejected(RULE, now);
      long length = seconds(now, conduct);
      assertThat(length).isBetween(10L, 35L).isLessThanOrEqualTo(before + 10);
      before = length;
      now = conduct.ejectedUntil(now).orElseThrow().plusSeconds(pause);
    }
  }

  @Example
  void refusesWhatCannotBe() {
    Duration ten = Duration.ofSeconds(10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EjectionRule(-1, ten, ten, 50))
        .withMessage("consecutive-errors is -1 (expected: 0-1000)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EjectionRule(3, Duration.ZERO, ten, 50))
        .withMessage("ejection is 0 ms (expected: 10 ms - 1 h)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EjectionRule(3, ten, Duration.ofSeconds(9), 50))
        .withMessage(
            "max-ejection is 9000 ms (expected: at least ejection, 10000 ms, at most 24 h)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EjectionRule(3, ten, ten, 101))
        .withMessage("max-ejected-percent is 101 (expected: 0-100)");
  }
}
