package dev.mainstay.stack.drill.load;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a client sends its requests: on a timetable, not a pause after each answer. What was due
 * while it waited is sent at once afterwards, so that an outage does not take load away, and a new
 * primary meets the rush that it would meet in earnest; what lies farther back than {@link
 * #MOST_BEHIND} is dropped.
 */
final class Pace {

  static final Duration MOST_BEHIND = Duration.ofSeconds(10);

  private final long interval;
  private final RandomGenerator random;
  private long due;
  private volatile long behind;

  /**
   * @param first when the first request is due, in nanoseconds of any clock
   */
  Pace(long first, Duration interval, RandomGenerator random) {
    this.interval = interval.toNanos();
    this.random = random;
    this.due = first;
  }

  /** How long to wait from {@code now} until the next request, in nanoseconds; then it is taken. */
  long next(long now) {
    due = Math.max(due, now - MOST_BEHIND.toNanos());
    long wait = Math.max(0, due - now);
    behind = Math.max(0, now - due);
    // A fifth either way, so that the clients do not fall into step.
    due += interval + (long) (interval * (random.nextDouble() - 0.5) * 0.4);
    return wait;
  }

  /** How late the last request was when it was sent, in nanoseconds. */
  long behind() {
    return behind;
  }
}
