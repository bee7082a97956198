package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.watch.Sample;
import dev.mainstay.stack.drill.watch.Sample.Sight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * At which instants a write on a node would have been acknowledged, as far as looks at all nodes
 * prove it; at no instant may that be so of two nodes.
 *
 * <p>A write on a node can be acknowledged while the node is open and
 *
 * <ul>
 *   <li>waits for nobody: semi-sync is off there, or has fallen back; or
 *   <li>waits, counts a connected acker, and some node <em>says of itself</em> that it is connected
 *       to this one and sends it acknowledgements. The node's own count is not enough: a process
 *       that was stopped and wakes counts connections for a while whose other end is long gone.
 * </ul>
 *
 * A node that is open by its own flags and has no such acker is stale and harmless: its clients
 * wait for ever.
 *
 * <p>Looks at two nodes are not taken at the same instant, nor is one look an instant. So a state
 * is only believed <em>between</em> two looks in a row that both show it, from the end of the first
 * to the beginning of the second; what changed and changed back in between was there. An overlap
 * that is shorter than the pause between two looks can be missed; one that is reported was there,
 * unless a node lost and regained its office between two looks.
 */
final class Acknowledgeable {

  /** Two nodes that could obtain acknowledgements at the same time. */
  record Clash(String one, String other, Spans.Span when) {}

  private Acknowledgeable() {}

  /** The first clash of each pair of nodes. */
  static List<Clash> clashes(List<Sample> samples) {
    Map<String, Spans> spans = spans(samples);
    List<String> nodes = List.copyOf(spans.keySet());
    List<Clash> clashes = new ArrayList<>();
    for (int one = 0; one < nodes.size(); one++) {
      for (int other = one + 1; other < nodes.size(); other++) {
        Optional<Spans.Span> both =
            spans
                .getOrDefault(nodes.get(one), Spans.NONE)
                .and(spans.getOrDefault(nodes.get(other), Spans.NONE))
                .first();
        if (both.isPresent()) {
          clashes.add(new Clash(nodes.get(one), nodes.get(other), both.get()));
        }
      }
    }
    return clashes;
  }

  /** For each node: when a write on it could be acknowledged. */
  static Map<String, Spans> spans(List<Sample> samples) {
    Map<String, List<Sample>> byNode =
        samples.stream()
            .sorted(Comparator.comparing(Sample::from))
            .collect(Collectors.groupingBy(Sample::node, TreeMap::new, Collectors.toList()));
    Map<String, Spans> spans = new TreeMap<>();
    byNode.forEach(
        (node, own) -> {
          Spans alone = during(own, sight -> sight.open() && !sight.waits());
          Spans waiting = during(own, sight -> sight.open() && sight.waits() && sight.ackers() > 0);
          Optional<Long> serverId =
              own.stream()
                  .flatMap(sample -> sample.sight().stream())
                  .map(Sight::serverId)
                  .findFirst();
          Spans acknowledged = Spans.NONE;
          for (Map.Entry<String, List<Sample>> other : byNode.entrySet()) {
            if (serverId.isPresent() && !other.getKey().equals(node)) {
              acknowledged =
                  acknowledged.or(
                      during(
                          other.getValue(),
                          sight ->
                              sight.acknowledges().isPresent()
                                  && sight.acknowledges().getAsLong() == serverId.get()));
            }
          }
          spans.put(node, alone.or(waiting.and(acknowledged)));
        });
    return spans;
  }

  private static Spans during(List<Sample> own, Predicate<Sight> state) {
    List<Spans.Span> spans = new ArrayList<>();
    for (int at = 1; at < own.size(); at++) {
      Sample before = own.get(at - 1);
      Sample after = own.get(at);
      if (before.sight().filter(state).isPresent()
          && after.sight().filter(state).isPresent()
          && before.to().isBefore(after.from())) {
        spans.add(new Spans.Span(before.to(), after.from()));
        // A look inside an unbroken row is covered by its neighbours.
        if (at > 1
            && own.get(at - 2).sight().filter(state).isPresent()
            && before.from().isBefore(before.to())) {
          spans.add(new Spans.Span(before.from(), before.to()));
        }
      }
    }
    return Spans.union(spans);
  }
}
