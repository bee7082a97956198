package dev.mainstay.db;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Who holds office: the primary and the replicas whose acknowledgement counts (the acker set S). It
 * is committed on the primary itself, and a later record has a higher epoch: a change of the acker
 * set alone is a new epoch too, so that of any two records it is known which one is in force.
 *
 * @param epoch 1 and up
 * @param ackers never holds the primary; empty when the primary may acknowledge alone
 */
public record EpochRecord(long epoch, NodeId primary, Set<NodeId> ackers) {

  public EpochRecord {
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch is %d (expected: 1 or more)".formatted(epoch));
    }
    if (ackers.contains(primary)) {
      throw new IllegalArgumentException(
          "ackers of epoch %d hold its primary %s (expected: other nodes)"
              .formatted(epoch, primary));
    }
    SortedSet<NodeId> sorted = new TreeSet<>(ackers);
    ackers = Collections.unmodifiableSortedSet(sorted);
  }

  /** {@code epoch 3: db-1, acknowledged by db-2, db-3}. */
  @Override
  public String toString() {
    return "epoch %d: %s, %s"
        .formatted(
            epoch,
            primary,
            ackers.isEmpty()
                ? "alone"
                : "acknowledged by "
                    + ackers.stream().map(NodeId::value).collect(Collectors.joining(", ")));
  }
}
