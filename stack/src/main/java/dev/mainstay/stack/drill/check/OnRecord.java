package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.watch.Sample;
import dev.mainstay.stack.drill.watch.Sample.Sight;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether nodes did what the record of the epoch has them do: a primary that is open waits for
 * acknowledgements unless its acker set is empty, and none but members of the set acknowledge.
 *
 * <p>A look is no instant: a state counts if two looks in a row show it under the same record.
 */
final class OnRecord {

  /** So long a record may be in force before a node that it names shows it. */
  private static final Duration SHOWN_LATE = Duration.ofSeconds(3);

  private final List<Sample> samples;
  private final Map<Long, String> nodes = new TreeMap<>();
  private final Map<String, String> wrong = new LinkedHashMap<>();

  private OnRecord(List<Sample> samples) {
    this.samples = samples;
    for (Sample sample : samples) {
      sample.sight().ifPresent(sight -> nodes.put(sight.serverId(), sample.node()));
    }
  }

  /** What is wrong, a sentence for each node and rule. */
  static List<String> violations(List<Sample> samples) {
    return new OnRecord(samples).violations();
  }

  private List<String> violations() {
    samples.stream()
        .sorted(Comparator.comparing(Sample::from))
        .collect(Collectors.groupingBy(Sample::node, TreeMap::new, Collectors.toList()))
        .forEach(
            (node, own) -> {
              for (int at = 1; at < own.size(); at++) {
                Optional<Sight> before = own.get(at - 1).sight();
                Optional<Sight> after = own.get(at).sight();
                if (before.isPresent()
                    && after.isPresent()
                    && before.get().epoch().equals(after.get().epoch())) {
                  look(node, before.get(), after.get(), own.get(at).from());
                }
              }
            });
    return List.copyOf(wrong.values());
  }

  private void look(String node, Sight before, Sight after, Instant at) {
    Set<String> ackers = ackers(after);
    if (ackers.isEmpty()) {
      return; // From there a replica acknowledges before it is on record.
    }
    if (after.primary().equals(node) && isUnguarded(before) && isUnguarded(after)) {
      wrong.putIfAbsent(
          node + " unguarded",
          "%s was open and waited for nobody at %s, though epoch %d has %s acknowledge"
              .formatted(node, at, after.epoch().orElse(0), after.acknowledgedBy()));
    }
    OptionalLong source = after.acknowledges();
    boolean toPrimary =
        source.isPresent()
            && source.equals(before.acknowledges())
            && after.primary().equals(nodes.get(source.getAsLong()));
    if (toPrimary && !ackers.contains(node) && !isNamedSoon(node, after, at)) {
      wrong.putIfAbsent(
          node + " stranger",
          "%s acknowledged to %s at %s, though epoch %d has only %s do so"
              .formatted(
                  node, after.primary(), at, after.epoch().orElse(0), after.acknowledgedBy()));
    }
  }

  private static boolean isUnguarded(Sight sight) {
    return sight.open() && !sight.waits();
  }

  private static Set<String> ackers(Sight sight) {
    return sight.acknowledgedBy().isEmpty()
        ? Set.of()
        : Set.of(sight.acknowledgedBy().split(",", -1));
  }

  /** Its own copy of the record may be behind: some other node shows the one that names it. */
  private boolean isNamedSoon(String node, Sight sight, Instant at) {
    long epoch = sight.epoch().orElse(0);
    Instant until = at.plus(SHOWN_LATE);
    return samples.stream()
        .filter(sample -> !sample.from().isAfter(until))
        .flatMap(sample -> sample.sight().stream())
        .filter(other -> other.epoch().orElse(0) > epoch)
        .anyMatch(other -> ackers(other).isEmpty() || ackers(other).contains(node));
  }
}
