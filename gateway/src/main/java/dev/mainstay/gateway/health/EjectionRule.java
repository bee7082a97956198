package dev.mainstay.gateway.health;

import java.time.Duration;

/**
 * When a server is ejected for what it does to live requests, and for how long: Envoy's outlier
 * detection.
 *
 * @param consecutiveErrors errors in a row that eject; 0 for never
 * @param ejection the first time; the n-th in a row takes n times as long. A spell of this length
 *     without an ejection takes one off the row
 * @param maxEjection never longer than that
 * @param maxEjectedPercent how many of the servers that the operator lets take requests may be
 *     ejected at a time, 0-100
 */
public record EjectionRule(
    int consecutiveErrors, Duration ejection, Duration maxEjection, int maxEjectedPercent) {

  /** Ejects nobody. */
  public static final EjectionRule NEVER =
      new EjectionRule(0, Duration.ofSeconds(10), Duration.ofSeconds(300), 0);

  public EjectionRule {
    if (consecutiveErrors < 0 || consecutiveErrors > 1_000) {
      throw new IllegalArgumentException(
          "consecutive-errors is %d (expected: 0-1000)".formatted(consecutiveErrors));
    }
    if (ejection.toMillis() < 10 || ejection.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "ejection is %d ms (expected: 10 ms - 1 h)".formatted(ejection.toMillis()));
    }
    if (maxEjection.compareTo(ejection) < 0 || maxEjection.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException(
          "max-ejection is %d ms (expected: at least ejection, %d ms, at most 24 h)"
              .formatted(maxEjection.toMillis(), ejection.toMillis()));
    }
    if (maxEjectedPercent < 0 || maxEjectedPercent > 100) {
      throw new IllegalArgumentException(
          "max-ejected-percent is %d (expected: 0-100)".formatted(maxEjectedPercent));
    }
  }
}
