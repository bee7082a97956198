package dev.mainstay.gateway.watch;

import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What passed in the last seconds.
 *
 * @param requestsPerSecond to one decimal
 * @param failuresPerSecond to one decimal
 * @param p50Micros within which half of those that ended were over; null if none ended
 * @param p99Micros the same for 99 of 100
 */
public record Speed(
    double requestsPerSecond,
    double failuresPerSecond,
    @Nullable Long p50Micros,
    @Nullable Long p99Micros) {

  /** Of what nothing is known yet. */
  public static final Speed NONE = new Speed(0, 0, null, null);

  /**
   * @param during what was counted in that time
   */
  static Speed of(Count during, Duration time) {
    double seconds = time.toNanos() / 1e9;
    if (seconds <= 0) {
      return NONE;
    }
    return new Speed(
        rate(during.requests(), seconds),
        rate(during.failures(), seconds),
        known(during.latencies().micros(0.5)),
        known(during.latencies().micros(0.99)));
  }

  /** Counters that are read one after the other may be a request apart. */
  private static double rate(long count, double seconds) {
    return Math.round(10 * Math.max(0, count) / seconds) / 10.0;
  }

  private static @Nullable Long known(OptionalLong micros) {
    return micros.isPresent() ? (Long) micros.getAsLong() : null;
  }
}
