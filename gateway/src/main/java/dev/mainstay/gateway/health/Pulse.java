package dev.mainstay.gateway.health;

import java.time.Duration;
import java.time.Instant;

/**
 * What the checks of one server add up to, counted as HAProxy does.
 *
 * <p>The count runs from 0 to {@code rise + fall - 1}; from {@code rise} on the server is up. A
 * failure takes one off, and below {@code rise} the count drops to 0; a success adds one, and at
 * {@code rise} it jumps to the top. So it takes {@code fall} failures in a row to go down and
 * {@code rise} successes in a row to come up, and the first check of all decides at once:
 *
 * <pre>
 * rise 2, fall 3:  4 ✗ 3 ✗ 2 ✗ 0 ✓ 1 ✓ 4
 *                  UP………………… DOWN……… UP
 * </pre>
 *
 * @param since when {@link #health} last changed
 * @param reason what the last check, or the last refused request, said
 */
public record Pulse(HealthPolicy policy, int count, Health health, Instant since, String reason) {

  public Pulse {
    if (count < 0 || count > policy.rise() + policy.fall() - 1) {
      throw new IllegalArgumentException(
          "count is %d (expected: 0-%d)".formatted(count, policy.rise() + policy.fall() - 1));
    }
  }

  /** A server of which nothing is known. */
  public static Pulse unknown(HealthPolicy policy, Instant now, String reason) {
    return new Pulse(policy, policy.rise(), Health.UNKNOWN, now, reason);
  }

  /**
   * A server that counts as down until its first check, one success of which brings it up:
   * HAProxy's {@code init-state down}.
   */
  public static Pulse unproven(HealthPolicy policy, Instant now, String reason) {
    return new Pulse(policy, policy.rise() - 1, Health.DOWN, now, reason);
  }

  public Pulse succeeded(Instant now, String why) {
    int next = count + 1;
    return next >= policy.rise()
        ? become(full(), Health.UP, now, why)
        : become(next, health, now, why);
  }

  public Pulse failed(Instant now, String why) {
    int next = count - 1;
    return next < policy.rise() ? become(0, Health.DOWN, now, why) : become(next, health, now, why);
  }

  /** How long to wait until the next check. */
  public Duration untilNextCheck() {
    return switch (health) {
      case UNKNOWN -> policy.fastInterval();
      case UP -> count == full() ? policy.interval() : policy.fastInterval();
      case DOWN -> count == 0 ? policy.downInterval() : policy.fastInterval();
    };
  }

  private int full() {
    return policy.rise() + policy.fall() - 1;
  }

  private Pulse become(int count, Health health, Instant now, String why) {
    return new Pulse(policy, count, health, health == this.health ? since : now, why);
  }
}
