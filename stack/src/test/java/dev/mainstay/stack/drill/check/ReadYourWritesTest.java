package dev.mainstay.stack.drill.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadYourWritesTest {

  @Test
  void holdsWhereEveryoneSawWhatHeWroteAndOthersDidNot() {
    assertThat(new ReadYourWrites(5_000, 5_000, 0, 0, 500, 200, 200, 0.9).broken(false)).isEmpty();
  }

  @Test
  void eachThingThatWasMissedIsSaid() {
    assertThat(new ReadYourWrites(5_000, 4_999, 1, 2, 500, 0, 201, 0.89).broken(false))
        .containsExactly(
            "only 4,999 of 5,000 pairs were done in time",
            "1 reads did not show what their client had just written",
            "2 reads did not show what their client had seen before",
            "no read was stale without a token, so that nothing was measured",
            "1 % of the waits for a replica took more than 201 ms (promised: 200 ms)",
            "replicas that had caught up answered 89.0 % of the causal reads (promised: 90 %)");
  }

  @Test
  void onlyWhatTakesTimeMayBeWorseOnABusyMachine() {
    assertThat(new ReadYourWrites(5_000, 1_000, 0, 0, 500, 1, 1_000, 0.2).broken(true)).isEmpty();
    assertThat(new ReadYourWrites(5_000, 999, 1, 0, 500, 1, 1_001, 0.1).broken(true)).hasSize(4);
  }
}
