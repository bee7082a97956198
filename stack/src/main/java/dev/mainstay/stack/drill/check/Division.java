package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.load.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * That the requests of some time were to be divided among the servers in proportion to weights.
 *
 * @param from when the order that asked for it had been obeyed
 * @param weights of every server that there is; one of 0 gets nothing
 */
public record Division(Instant from, Instant to, Map<String, Integer> weights) {

  /** Fewer say nothing about shares. */
  private static final int FEWEST = 100;

  public Division {
    weights = Map.copyOf(weights);
    if (weights.values().stream().mapToInt(Integer::intValue).sum() <= 0) {
      throw new IllegalArgumentException("no server has a weight (expected: at least one)");
    }
  }

  /**
   * What of it did not come true, a sentence each.
   *
   * <p>The balancer's picks follow the weights exactly, to one pick; but those of requests that
   * were under way at either end are not known to be within, so a server's share may differ by as
   * many as there are clients, at each end.
   */
  List<String> violations(Collection<Request> requests) {
    List<Request> within =
        requests.stream()
            .filter(request -> !request.sent().isBefore(from) && !request.done().isAfter(to))
            .filter(request -> !request.servedBy().isEmpty())
            .toList();
    if (within.size() < FEWEST) {
      return List.of(
          "%d requests only say how they were divided (expected: at least %d)"
              .formatted(within.size(), FEWEST));
    }
    long clients = within.stream().map(Request::client).distinct().count();
    double sum = weights.values().stream().mapToInt(Integer::intValue).sum();
    Map<String, Integer> counts = new TreeMap<>();
    weights.keySet().forEach(server -> counts.put(server, 0));
    within.forEach(request -> counts.merge(request.servedBy(), 1, Integer::sum));
    List<String> wrong = new ArrayList<>();
    counts.forEach(
        (server, count) -> {
          int weight = weights.getOrDefault(server, 0);
          double share = within.size() * weight / sum;
          if (weight == 0 ? count > 0 : Math.abs(count - share) > 1 + 2 * clients) {
            wrong.add(
                "%s answered %d of %d requests, where %.0f were its share"
                    .formatted(server, count, within.size(), share));
          }
        });
    return wrong;
  }
}
