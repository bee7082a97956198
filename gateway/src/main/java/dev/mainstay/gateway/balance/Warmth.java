package dev.mainstay.gateway.balance;

import java.time.Duration;

/**
 * How far slow start has come with a server: its weight grows with time, as HAProxy's {@code
 * slowstart} has it.
 *
 * <p>After {@code t} of {@code T} a weight {@code w} counts as {@code ceil(w·(16·t+T)/T/16)}, at
 * least 1 and never more than {@code w}: it begins at a sixteenth and is whole shortly before the
 * end.
 *
 * <pre>
 * weight 100, 10 s:  0 s 7   1 s 17   5 s 57   9 s 97   10 s 100
 * </pre>
 *
 * @param since how long the server has been taking requests again
 * @param whole how long a slow start takes; one that is over is {@link #FULL}
 */
public record Warmth(Duration since, Duration whole) {

  /** Not, or no longer, starting slowly. */
  public static final Warmth FULL = new Warmth(Duration.ZERO, Duration.ZERO);

  public Warmth {
    if (since.isNegative()) {
      since = Duration.ZERO;
    }
    if (since.compareTo(whole) >= 0) {
      since = Duration.ZERO;
      whole = Duration.ZERO;
    }
  }

  /** What a configured weight counts for now. */
  int of(int weight) {
    if (whole.isZero() || weight == 0) {
      return weight;
    }
    long t = since.toMillis();
    long all = Math.max(1, whole.toMillis());
    return Math.clamp(Math.ceilDiv(weight * (16 * t + all), 16 * all), 1, weight);
  }
}
