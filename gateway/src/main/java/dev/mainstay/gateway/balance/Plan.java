package dev.mainstay.gateway.balance;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;

/**
 * A roster worked out: who takes requests, in which order. Only the two numbers that say how far
 * the order has come change.
 *
 * @param takers those that share new requests, in the order of the roster
 * @param rotation their order
 * @param picks how many requests the rotation gave out
 * @param redispatches the same for requests that failed elsewhere: they follow the order by a
 *     number of their own, so that the shares of first picks stay exact
 * @param residue what {@link Rotation#nearest} could not carry over, by server, in requests; kept
 *     so that frequent changes of weight do not round a small server's share away
 */
record Plan(
    Roster roster,
    List<Server> takers,
    Rotation rotation,
    AtomicLong picks,
    AtomicLong redispatches,
    Map<String, Double> residue) {

  /** The plan of a pool that starts: {@code offset} chooses where in a cycle of that length. */
  static Plan starting(Roster roster, IntUnaryOperator offset) {
    List<Server> takers = roster.takers();
    Rotation rotation = Rotation.of(takers);
    long start = takers.isEmpty() ? 0 : offset.applyAsInt(rotation.length());
    return new Plan(
        roster, takers, rotation, new AtomicLong(start), new AtomicLong(start), Map.of());
  }

  Optional<Server> pick() {
    return takers.isEmpty()
        ? Optional.empty()
        : Optional.of(takers.get(rotation.at(picks.getAndIncrement())));
  }

  Optional<Server> pickOther(Set<String> tried) {
    return pickBeside(tried, Set.of());
  }

  Optional<Server> pickBeside(Set<String> tried, Set<String> full) {
    if (takers.stream().anyMatch(server -> !tried.contains(server.id()))) {
      if (takers.stream().allMatch(it -> tried.contains(it.id()) || full.contains(it.id()))) {
        return Optional.empty();
      }
      // Ends: the order names every taker within one cycle.
      while (true) {
        Server next = takers.get(rotation.at(redispatches.getAndIncrement()));
        if (!tried.contains(next.id()) && !full.contains(next.id())) {
          return Optional.of(next);
        }
      }
    }
    return roster.lastResorts().stream()
        .filter(server -> !tried.contains(server.id()) && !full.contains(server.id()))
        .findFirst();
  }

  /** The plan for a changed roster, going on where this one stands. */
  Plan succeededBy(Roster next) {
    List<Server> nextTakers = next.takers();
    if (sameShares(takers, nextTakers)) {
      return new Plan(next, nextTakers, rotation, picks, redispatches, residue);
    }
    Rotation order = Rotation.of(nextTakers);
    if (nextTakers.isEmpty()) {
      return new Plan(next, nextTakers, order, new AtomicLong(), redispatches, Map.of());
    }
    Map<String, Double> owedBefore = owed();
    double[] owed = new double[nextTakers.size()];
    for (int i = 0; i < owed.length; i++) {
      // A server that was not among the takers is owed nothing: it gets no catch-up burst.
      owed[i] = owedBefore.getOrDefault(nextTakers.get(i).id(), 0.0);
    }
    int position = order.nearest(owed);
    double[] reached = order.owed(position);
    Map<String, Double> left = new HashMap<>();
    for (int i = 0; i < owed.length; i++) {
      left.put(nextTakers.get(i).id(), Math.clamp(owed[i] - reached[i], -1, 1));
    }
    return new Plan(
        next,
        nextTakers,
        order,
        new AtomicLong(position),
        new AtomicLong(redispatches.get()),
        Map.copyOf(left));
  }

  private Map<String, Double> owed() {
    Map<String, Double> owed = new HashMap<>();
    if (!takers.isEmpty()) {
      double[] byRotation = rotation.owed(rotation.position(picks.get()));
      for (int i = 0; i < byRotation.length; i++) {
        String id = takers.get(i).id();
        owed.put(id, byRotation[i] + residue.getOrDefault(id, 0.0));
      }
    }
    return owed;
  }

  private static boolean sameShares(List<Server> some, List<Server> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (!some.get(i).id().equals(others.get(i).id())
          || some.get(i).share() != others.get(i).share()) {
        return false;
      }
    }
    return true;
  }
}
