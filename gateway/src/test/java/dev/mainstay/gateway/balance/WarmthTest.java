package dev.mainstay.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WarmthTest {

  private static int weight(int weight, int since, int whole) {
    return new Warmth(Duration.ofMillis(since), Duration.ofMillis(whole)).of(weight);
  }

  @Example
  void weightIsThatOfTheFormula() {
    assertThat(weight(100, 0, 10_000)).isEqualTo(7);
    assertThat(weight(100, 1_000, 10_000)).isEqualTo(17);
    assertThat(weight(100, 9_000, 10_000)).isEqualTo(97);
    assertThat(weight(100, 9_900, 10_000)).isEqualTo(100);
    assertThat(weight(1, 0, 10_000)).isEqualTo(1);
    assertThat(weight(0, 5_000, 10_000)).isZero();
  }

  /** The formula as it is written, in exact arithmetic; never 0, never more than configured. */
  @Property
  void weightStaysBetween1AndTheConfiguredAndOnlyGrows(
      @ForAll @IntRange(min = 1, max = 256) int weight,
      @ForAll @IntRange(max = 3_600_000) int since,
      @ForAll @IntRange(min = 1, max = 3_600_000) int whole) {
    int now = weight(weight, since, whole);

    double formula = Math.ceil((double) weight * (16.0 * since + whole) / whole / 16 - 1e-9);
    assertThat(now).isEqualTo(since >= whole ? weight : (int) Math.min(weight, formula));
    assertThat(now).isBetween(1, weight);
    assertThat(weight(weight, since + 50, whole)).isGreaterThanOrEqualTo(now);
  }

  @Property
  void slowStartThatIsOverIsFull(@ForAll @IntRange(min = 0, max = 100_000) int whole) {
    assertThat(new Warmth(Duration.ofMillis(whole), Duration.ofMillis(whole)))
        .isEqualTo(Warmth.FULL);
  }
}
