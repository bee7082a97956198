package dev.mainstay.stack.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one proxy did under one load; of several measurements each figure's median.
 *
 * @param what the proxy
 * @param p50Micros the time within which half of the responses were there
 * @param cpuMicrosPerRequest user and system time of the proxy's process alone
 * @param rssBytes its resident memory right after
 */
record Row(
    String what,
    Scenario scenario,
    double requestsPerSecond,
    double p50Micros,
    double p99Micros,
    double cpuMicrosPerRequest,
    long rssBytes) {

  static Row median(List<Row> measured) {
    Row first = measured.getFirst();
    return new Row(
        first.what,
        first.scenario,
        median(measured, Row::requestsPerSecond),
        median(measured, Row::p50Micros),
        median(measured, Row::p99Micros),
        median(measured, Row::cpuMicrosPerRequest),
        (long) median(measured, Row::rssBytes));
  }

  private static double median(List<Row> measured, ToDoubleFunction<Row> figure) {
    double[] sorted = measured.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
