package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.watch.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** Whether the nodes were looked at so often that two writable ones would have been noticed. */
public final class Coverage {

  /** Answered looks at a healthy node, a second; it is asked about eight times. */
  private static final double LEAST_PER_SECOND = 2;

  private Coverage() {}

  /**
   * The nodes that were looked at too seldom while nothing was broken, a sentence each.
   *
   * @param from when the measuring began
   * @param to when the first fault was about to be made
   */
  public static List<String> gaps(
      Collection<String> nodes, List<Sample> samples, Instant from, Instant to) {
    double least = LEAST_PER_SECOND * Duration.between(from, to).toMillis() / 1000;
    return nodes.stream()
        .filter(node -> looks(node, samples, from, to) < least)
        .map(
            node ->
                "%s answered %d looks in the %d ms before the first fault (expected: at least %.0f), so what it took could have gone unseen"
                    .formatted(
                        node,
                        looks(node, samples, from, to),
                        Duration.between(from, to).toMillis(),
                        least))
        .toList();
  }

  private static long looks(String node, List<Sample> samples, Instant from, Instant to) {
    return samples.stream()
        .filter(sample -> sample.node().equals(node) && sample.sight().isPresent())
        .filter(sample -> !sample.from().isBefore(from) && sample.to().isBefore(to))
        .count();
  }
}
