package dev.mainstay.gateway.health;

import java.time.Duration;

/**
 * How many checks in a row decide, and how often they come.
 *
 * @param rise how many successes bring a server that is down up
 * @param fall how many failures bring a server that is up down
 * @param interval between checks while nothing changes
 * @param fastInterval between checks while the counter is on its way up or down
 * @param downInterval between checks of a server that is down
 */
public record HealthPolicy(
    int rise, int fall, Duration interval, Duration fastInterval, Duration downInterval) {

  public HealthPolicy {
    checkCount("rise", rise);
    checkCount("fall", fall);
    checkInterval("interval", interval);
    checkInterval("fast-interval", fastInterval);
    checkInterval("down-interval", downInterval);
  }

  private static void checkCount(String name, int value) {
    if (value < 1 || value > 1_000) {
      throw new IllegalArgumentException("%s is %d (expected: 1-1000)".formatted(name, value));
    }
  }

  private static void checkInterval(String name, Duration value) {
    if (value.compareTo(Duration.ofMillis(10)) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "%s is %d ms (expected: 10 ms - 1 h)".formatted(name, value.toMillis()));
    }
  }
}
