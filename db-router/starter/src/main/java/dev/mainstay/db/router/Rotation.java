package dev.mainstay.db.router;

import java.util.ArrayList;
import java.util.List;

/**
 * Smooth weighted round robin over a fixed set, as a function of the turn's number: weights {@code
 * a=5, b=1, c=1} give {@code aabacaa}. Nginx's algorithm, played through once for a whole cycle.
 */
final class Rotation<T> {

  /** A member of the rotation; {@code weight} is 1 or more. */
  record Weighted<T>(T member, int weight) {
    Weighted {
      if (weight < 1) {
        throw new IllegalArgumentException("weight is %d (expected: 1 or more)".formatted(weight));
      }
    }
  }

  private final List<T> members;
  private final int[] cycle;

  Rotation(List<Weighted<T>> members) {
    this.members = members.stream().map(Weighted::member).toList();
    this.cycle = cycle(members.stream().mapToInt(Weighted::weight).toArray());
  }

  /**
   * All members, each once: the one whose turn it is, then the others in the order in which their
   * turns come.
   */
  List<T> from(long turn) {
    List<T> order = new ArrayList<>(members.size());
    for (int step = 0; step < cycle.length && order.size() < members.size(); step++) {
      T member = members.get(cycle[Math.floorMod(turn + step, cycle.length)]);
      if (!order.contains(member)) {
        order.add(member);
      }
    }
    return order;
  }

  private static int[] cycle(int[] weights) {
    int divisor = 0;
    for (int weight : weights) {
      divisor = gcd(weight, divisor);
    }
    int total = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= divisor;
      total += weights[i];
    }
    int[] cycle = new int[total];
    int[] current = new int[weights.length];
    for (int turn = 0; turn < total; turn++) {
      int best = 0;
      for (int i = 0; i < weights.length; i++) {
        current[i] += weights[i];
        if (current[i] > current[best]) {
          best = i;
        }
      }
      current[best] -= total;
      cycle[turn] = best;
    }
    return cycle;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
