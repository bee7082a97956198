package dev.mainstay.gateway.upstream;

import dev.mainstay.gateway.health.EjectionRule;
import dev.mainstay.gateway.health.HealthPolicy;
import java.time.Duration;

/**
 * By what rules a pool treats its servers and its requests.
 *
 * @param ejection when a server is ejected for errors of live requests
 * @param limits how many requests a server gets at a time, and how others wait
 * @param slowStart how long a server that came up or ready takes to reach its weight; 0 for none
 */
public record Rules(
    HealthPolicy health,
    Timeouts timeouts,
    RetryRule retry,
    EjectionRule ejection,
    Limits limits,
    Duration slowStart) {

  public Rules {
    if (slowStart.isNegative() || slowStart.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "slow-start is %d ms (expected: 0 - 1 h)".formatted(slowStart.toMillis()));
    }
  }

  /** These, and nothing else: no ejection, no limits, no slow start. */
  public static Rules of(HealthPolicy health, Timeouts timeouts, RetryRule retry) {
    return new Rules(health, timeouts, retry, EjectionRule.NEVER, Limits.NONE, Duration.ZERO);
  }

  public Rules withEjection(EjectionRule ejection) {
    return new Rules(health, timeouts, retry, ejection, limits, slowStart);
  }

  public Rules withLimits(Limits limits) {
    return new Rules(health, timeouts, retry, ejection, limits, slowStart);
  }

  public Rules withSlowStart(Duration slowStart) {
    return new Rules(health, timeouts, retry, ejection, limits, slowStart);
  }
}
