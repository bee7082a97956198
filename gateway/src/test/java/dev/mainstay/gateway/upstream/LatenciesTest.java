package dev.mainstay.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenciesTest {

  private final Latencies latencies = new Latencies();

  private void took(long micros, int times) {
    for (int i = 0; i < times; i++) {
      latencies.took(1_000 * micros);
    }
  }

  @Test
  void nothingIsKnownOfNothing() {
    assertThat(latencies.reading().micros(0.5)).isEmpty();
  }

  @Test
  void percentilesAreThoseOfTheCounts() {
    took(10, 98);
    took(30, 2);

    Latencies.Reading reading = latencies.reading();

    assertThat(reading.micros(0.5)).hasValue(10);
    assertThat(reading.micros(0.98)).hasValue(10);
    assertThat(reading.micros(0.99)).hasValue(30);
    assertThat(reading.micros(1)).hasValue(30);
  }

  @Test
  void anyTimeIsToldASixteenthTooLongAtMost() {
    for (long micros = 1; micros <= Latencies.LONGEST_MICROS; micros = micros * 9 / 8 + 1) {
      Latencies one = new Latencies();
      one.took(1_000 * micros);

      assertThat(one.reading().micros(0.5).orElseThrow()).isBetween(micros, micros + micros / 16);
    }
  }

  @Test
  void whatTakesTooLongCountsAsTheLongest() {
    latencies.took(Long.MAX_VALUE);
    latencies.took(-1);

    assertThat(latencies.reading().micros(1)).hasValue(Latencies.LONGEST_MICROS);
    assertThat(latencies.reading().micros(0.5)).hasValue(0);
  }

  @Test
  void aDifferenceKnowsOnlyWhatCameInBetween() {
    took(1_000, 5);
    Latencies.Reading before = latencies.reading();
    took(7, 1);

    assertThat(latencies.reading().minus(before).micros(1)).hasValue(7);
    assertThat(latencies.reading().minus(before).plus(before).micros(1))
        .isEqualTo(latencies.reading().micros(1));
  }
}
