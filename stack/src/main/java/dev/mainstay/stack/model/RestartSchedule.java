package dev.mainstay.stack.model;

import java.time.Duration;

/**
 * When a process that died is started again: after {@code first}, then twice as long after every
 * further death, up to {@code longest}. A process that ran for {@code healthy} starts over at
 * {@code first}.
 */
public record RestartSchedule(Duration first, Duration longest, Duration healthy) {

  /** 1 s, 2 s, 4 s … 30 s; forgiven after a minute. */
  public static final RestartSchedule STANDARD =
      new RestartSchedule(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(1));

  public RestartSchedule {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "delays are %s and %s (expected: 0 < first <= longest)".formatted(first, longest));
    }
  }

  /**
   * The wait before the next start, after {@code deaths} in a row, of which there is at least one.
   */
  public Duration delayAfter(int deaths) {
    int doublings = Math.min(Math.max(deaths, 1) - 1, 20);
    Duration delay = first.multipliedBy(1L << doublings);
    return delay.compareTo(longest) < 0 ? delay : longest;
  }

  /**
   * Deaths in a row, this one included, for a process that ran for {@code lifetime} after {@code
   * before} deaths.
   */
  public int deathsInARow(int before, Duration lifetime) {
    return lifetime.compareTo(healthy) >= 0 ? 1 : before + 1;
  }
}
