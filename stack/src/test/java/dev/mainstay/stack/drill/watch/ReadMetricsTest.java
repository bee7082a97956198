package dev.mainstay.stack.drill.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReadMetricsTest {

  private static final String ONE =
      """
      # HELP mainstay_db_reads_causal_total Reads that had to see something, by who answered
      # TYPE mainstay_db_reads_causal_total counter
      mainstay_db_reads_causal_total{outcome="covered"} 80.0
      mainstay_db_reads_causal_total{outcome="primary"} 5.0
      mainstay_db_reads_causal_total{outcome="stale"} 5.0
      mainstay_db_reads_causal_total{outcome="waited"} 10.0
      mainstay_db_reads_causal_wait_seconds{reached="true",quantile="0.5"} 0.01
      mainstay_db_reads_causal_wait_seconds{reached="true",quantile="0.99"} 0.12
      mainstay_db_reads_causal_wait_seconds{reached="false",quantile="0.99"} NaN
      """;

  private static final String OTHER =
      """
      mainstay_db_reads_causal_total{outcome="covered"} 1.0e1
      mainstay_db_reads_causal_wait_seconds{reached="true",quantile="0.99"} 0.2004
      """;

  @Test
  void countsOfAllWebAppsAreAddedAndTheSlowestWaitCounts() {
    assertThat(metrics(ONE, OTHER)).isEqualTo(new ReadMetrics(110, 100, 200));
  }

  @Test
  void whatHappenedSinceIsWhatCounts() {
    ReadMetrics before = metrics(OTHER);

    assertThat(metrics(ONE, OTHER).shareOfReplicasSince(before)).isEqualTo(0.9);
    assertThat(before.shareOfReplicasSince(before)).isZero();
  }

  private static ReadMetrics metrics(String... texts) {
    return ReadMetrics.of(List.of(texts).stream().map(Metrics::parse).toList());
  }
}
