package dev.mainstay.stack.drill.watch;

import java.util.Collection;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * What the web-apps count, all in all, of reads that had to see something.
 *
 * @param byReplicas how many of them replicas answered
 * @param waitP99Millis what 99 % of the latest waits for a replica took at most, by the slowest
 *     web-app
 */
public record ReadMetrics(double reads, double byReplicas, long waitP99Millis) {

  private static final Pattern READS = Pattern.compile("^mainstay_db_reads_causal_total\\{");
  private static final Pattern BY_REPLICAS =
      Pattern.compile("^mainstay_db_reads_causal_total\\{.*outcome=\"(covered|waited)\"");
  private static final Pattern WAIT_P99 =
      Pattern.compile("^mainstay_db_reads_causal_wait_seconds\\{.*quantile=\"0.99\"");

  /** From what each web-app tells. */
  public static ReadMetrics of(Collection<Map<String, Double>> webApps) {
    return new ReadMetrics(
        values(webApps, READS).sum(),
        values(webApps, BY_REPLICAS).sum(),
        Math.round(1000 * values(webApps, WAIT_P99).max().orElse(0)));
  }

  private static DoubleStream values(Collection<Map<String, Double>> webApps, Pattern name) {
    Predicate<String> named = name.asPredicate();
    return webApps.stream()
        .flatMap(metrics -> metrics.entrySet().stream())
        .filter(metric -> named.test(metric.getKey()))
        .mapToDouble(Map.Entry::getValue)
        .filter(Double::isFinite);
  }

  /** The share that replicas answered since then; 0 if there was no read. */
  public double shareOfReplicasSince(ReadMetrics before) {
    double all = reads - before.reads;
    return all > 0 ? (byReplicas - before.byReplicas) / all : 0;
  }
}
