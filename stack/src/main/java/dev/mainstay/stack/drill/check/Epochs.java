package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.watch.Event;
import dev.mainstay.stack.drill.watch.Sample;
import dev.mainstay.stack.drill.watch.Sample.Sight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether epochs only grew: on each node, and from one primary to the next. */
final class Epochs {

  private Epochs() {}

  /** What is wrong, a sentence each. */
  static List<String> violations(List<Sample> samples, List<Event> events) {
    List<String> wrong = new ArrayList<>();
    Map<String, Long> newest = new TreeMap<>();
    Map<Long, String> records = new TreeMap<>();
    for (Sample sample : samples.stream().sorted(Comparator.comparing(Sample::from)).toList()) {
      Sight sight = sample.sight().orElse(null);
      if (sight == null || sight.epoch().isEmpty()) {
        continue;
      }
      long epoch = sight.epoch().getAsLong();
      long before = newest.merge(sample.node(), epoch, Math::max);
      if (before > epoch) {
        wrong.add("%s went back from epoch %d to %d".formatted(sample.node(), before, epoch));
      }
      String record = "%s with ackers %s".formatted(sight.primary(), sight.acknowledgedBy());
      String known = records.putIfAbsent(epoch, record);
      if (known != null && !known.equals(record)) {
        wrong.add("epoch %d is %s and, on %s, %s".formatted(epoch, known, sample.node(), record));
      }
    }
    Map<String, Long> told = new TreeMap<>();
    Map<Long, String> primaries = new TreeMap<>();
    for (Event event : events) {
      if (event.is(Event.PRIMARY) && event.epoch().isPresent()) {
        long epoch = event.epoch().getAsLong();
        String node = event.node().orElse("a node");
        // Each controller tells of it when it sees it, so only its own words are in order.
        long before = told.merge(event.by(), epoch, Math::max);
        if (before > epoch) {
          wrong.add(
              "%s saw %s in office in epoch %d after epoch %d"
                  .formatted(event.by(), node, epoch, before));
        }
        String known = primaries.putIfAbsent(epoch, node);
        if (known != null && !known.equals(node)) {
          wrong.add("epoch %d had the primaries %s and %s".formatted(epoch, known, node));
        }
      }
    }
    return wrong.stream().distinct().toList();
  }

  /** Whether the office went from one node to another. */
  static boolean moved(List<Sample> samples, List<Event> events) {
    long primaries =
        samples.stream()
            .flatMap(sample -> sample.sight().stream())
            .map(Sight::primary)
            .filter(primary -> !primary.isEmpty())
            .distinct()
            .count();
    // Where nodes cannot be looked at all the time, the controllers' word has to do.
    return samples.isEmpty()
        ? events.stream().anyMatch(event -> event.is(Event.PRIMARY))
        : primaries > 1;
  }
}
