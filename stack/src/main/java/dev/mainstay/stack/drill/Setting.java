package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.load.Pattern;
import java.time.Duration;

/**
 * How a drill is run.
 *
 * @param seed of the load
 * @param before how long the load is on before the drill breaks anything
 * @param after how long it stays on after the drill is done breaking
 * @param patience how long the stack may take to be whole, before and afterwards
 * @param lenient whether times fail only far beyond their promise
 */
public record Setting(
    long seed,
    Duration before,
    Duration after,
    Duration patience,
    Pattern pattern,
    boolean lenient) {

  private static final Duration LONGEST = Duration.ofMinutes(10);

  public Setting {
    check("before", before);
    check("after", after);
    check("patience", patience);
  }

  private static void check(String name, Duration value) {
    if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "--%s is %d s (expected: 1-%d)".formatted(name, value.toSeconds(), LONGEST.toSeconds()));
    }
  }

  /** The same for one of several runs, which differ in their seeds: from this one's upwards. */
  public Setting ofRun(int run) {
    return new Setting(seed + run, before, after, patience, pattern, lenient);
  }

  /** 10 s before the fault and 20 s after it, under the load of the promises. */
  public static Setting standard(long seed) {
    return new Setting(
        seed,
        Duration.ofSeconds(10),
        Duration.ofSeconds(20),
        Duration.ofSeconds(90),
        Pattern.STANDARD,
        false);
  }
}
