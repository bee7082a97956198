package dev.mainstay.stack.drill.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PaceTest {

  private static final Duration INTERVAL = Duration.ofMillis(100);

  private final Pace pace = new Pace(0, INTERVAL, new SplittableRandom(7));

  private int due(long now) {
    int count = 0;
    while (pace.next(now) == 0) {
      count++;
    }
    return count;
  }

  @Test
  void keepsItsRateOverTime() {
    long now = 0;
    for (int request = 0; request < 1000; request++) {
      now += pace.next(now);
    }

    assertThat(Duration.ofNanos(now)).isBetween(Duration.ofSeconds(97), Duration.ofSeconds(103));
  }

  @Test
  void whatFellDueDuringAWaitIsSentAtOnceAfterwards() {
    assertThat(due(Duration.ofSeconds(2).toNanos())).isBetween(19, 22);
  }

  @Test
  void whatLiesTooFarBackIsDropped() {
    assertThat(due(Duration.ofMinutes(5).toNanos())).isBetween(95, 105);
  }
}
