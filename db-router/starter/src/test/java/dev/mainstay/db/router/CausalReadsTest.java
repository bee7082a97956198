package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.router.CausalReads.Office;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where reads go that have to see something, as a table. */
class CausalReadsTest {

  private static final Duration WAIT = Duration.ofMillis(200);

  /**
   * db-1 is the primary unless it is "none"; replicas follow in the order of the rotation, each
   * with what it has executed. What stands after a "/" is out of the rotation.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          both have it                              | A:7 | A:1-9 | A:1-7  A:1-8           | db-2 COVERED, db-3 COVERED, db-1 PRIMARY
          one has it                                | A:7 | A:1-9 | A:1-6  A:1-7           | db-3 COVERED, db-2 WAIT, db-1 PRIMARY, db-2 STALE
          none has it, the furthest is waited for   | A:8 | A:1-9 | A:1-5  A:1-7           | db-3 WAIT, db-1 PRIMARY, db-2 STALE, db-3 STALE
          none has it, equal ones take turns        | A:8 | A:1-9 | A:1-7  A:1-7           | db-2 WAIT, db-1 PRIMARY, db-2 STALE, db-3 STALE
          not even the primary was seen with it     | A:99| A:1-9 | A:1-9  A:1-9           | db-2 WAIT, db-1 PRIMARY, db-2 STALE, db-3 STALE
          one out of the rotation is not waited for | A:8 | A:1-9 | A:1-5  / A:1-7         | db-2 WAIT, db-1 PRIMARY, db-2 STALE, db-3 STALE
          nor does it come before the primary       | A:7 | A:1-9 | A:1-5  / A:1-7         | db-2 WAIT, db-1 PRIMARY, db-3 COVERED, db-2 STALE
          no replica is in the rotation             | A:7 | A:1-9 | / A:1-7                | db-1 PRIMARY, db-2 COVERED
          no replica at all                         | A:7 | A:1-9 |                        | db-1 PRIMARY
          nothing to be seen, but a session         | ''  | A:1-9 | A:1-7  A:1-8           | db-2 COVERED, db-3 COVERED, db-1 PRIMARY
          only the primary has it                   | !   | A:1-9 | A:1-9  A:1-9           | db-1 PRIMARY, db-2 STALE, db-3 STALE
          no primary, one has it                    | A:7 | none  | A:1-6  A:1-7           | db-3 COVERED, db-2 WAIT, db-2 STALE
          no primary, none has it                   | A:7 | none  | A:1-6  A:1-5           | db-2 WAIT, db-2 STALE, db-3 STALE
          no primary, and only that had it          | !   | none  | A:1-9                  | db-2 STALE
          no node at all                            | A:7 | none  |                        | ''
          """)
  void whereAReadGoes(
      String what, String seen, String primary, @Nullable String replicas, String expected) {
    assertThat(steps(seen, primary, replicas, false, 3, node -> true)).isEqualTo(expected);
  }

  @Test
  void nobodyIsWaitedForWhoCannotMakeIt() {
    assertThat(
            steps(
                "A:8",
                "A:1-9",
                "A:1-7  A:1-5",
                false,
                3,
                node -> !node.id().value().equals("db-2")))
        .isEqualTo("db-3 WAIT, db-1 PRIMARY, db-2 STALE, db-3 STALE");
    assertThat(steps("A:8", "A:1-9", "A:1-7  A:1-5", false, 3, node -> false))
        .isEqualTo("db-1 PRIMARY, db-2 STALE, db-3 STALE");
  }

  @Test
  void wherePrimaryReadsAreWishedTheReplicasAreTheFallback() {
    assertThat(steps("A:7", "A:1-9", "A:1-7  A:1-5", true, 3, node -> true))
        .isEqualTo("db-1 PRIMARY, db-2 COVERED, db-3 WAIT, db-3 STALE");
  }

  /** Trap: an instance that is cut off with the old primary would show what was before. */
  @Test
  void aTokenOfALaterEpochHasThePrimaryShowThatItHasAll() {
    assertThat(steps("A:8", "A:1-7", "A:1-7", false, 2, node -> true))
        .isEqualTo("db-2 WAIT, db-1 CHECK, db-2 STALE, db-1 STALE");
  }

  /** Trap: a primary that nobody renewed the lease of may have been succeeded unnoticed. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          it has the write, nobody else           | A:8 | A:1-8 | A:1-7 | db-2 WAIT, db-1 STALE, db-2 STALE
          a replica has it, too                   | A:7 | A:1-8 | A:1-7 | db-2 COVERED, db-1 STALE
          nobody was seen with it                 | A:9 | A:1-8 | A:1-7 | db-2 WAIT, db-2 STALE, db-1 STALE
          there is nothing else                   | A:8 | A:1-8 |       | db-1 STALE
          """)
  void aPrimaryWithoutALeaseComesLast(
      String what, String seen, String primary, @Nullable String replicas, String expected) {
    assertThat(steps(seen, primary, false, replicas, false, 3, node -> true)).isEqualTo(expected);
    assertThat(steps(seen, primary, false, replicas, true, 3, node -> true)).isEqualTo(expected);
  }

  @Test
  void aReplicaFarBehindOrThatDoesNotMoveIsNotWorthWaitingFor() {
    CausalReads reads = new CausalReads(WAIT, 8);
    NodeState near = Nodes.replica("db-2", Duration.ofMillis(2200));
    NodeState far = Nodes.replica("db-2", Duration.ofMillis(2201));

    assertThat(reads.isWorthWaiting(near, true)).isTrue();
    assertThat(reads.isWorthWaiting(far, true)).isFalse();
    assertThat(reads.isWorthWaiting(Nodes.replicaOfUnknownLag("db-2"), true)).isFalse();
    // Without a primary the heartbeats stand still, and all replicas look old.
    assertThat(reads.isWorthWaiting(far, false)).isTrue();
    assertThat(new CausalReads(Duration.ZERO, 8).isWorthWaiting(near, true)).isFalse();
  }

  private static String steps(
      String seen,
      String primary,
      @Nullable String replicas,
      boolean primaryFirst,
      long epoch,
      Predicate<NodeState> worthWaiting) {
    return steps(seen, primary, true, replicas, primaryFirst, epoch, worthWaiting);
  }

  private static String steps(
      String seen,
      String primary,
      boolean leased,
      @Nullable String replicas,
      boolean primaryFirst,
      long epoch,
      Predicate<NodeState> worthWaiting) {
    Optional<NodeState> office =
        primary.equals("none")
            ? Optional.empty()
            : Optional.of(Nodes.at("db-1", Role.PRIMARY, Visits.gtids(primary)));
    List<NodeState> candidates = new ArrayList<>();
    boolean rotating = true;
    int number = 2;
    for (String replica : replicas == null ? new String[0] : replicas.split(" +")) {
      if (replica.equals("/")) {
        office.ifPresent(candidates::add);
        rotating = false;
      } else {
        candidates.add(Nodes.at("db-" + number++, Role.REPLICA, Visits.gtids(replica)));
      }
    }
    if (rotating) {
      office.ifPresent(candidates::add);
    }
    CausalToken need = new CausalToken(3, seen.equals("!"), Visits.gtids(seen.replace("!", "")));
    Optional<Office> known = office.map(node -> new Office(node, epoch, leased));
    return CausalReads.steps(candidates, known, primaryFirst, need, worthWaiting).stream()
        .map(step -> step.node().id() + " " + step.promise())
        .collect(Collectors.joining(", "));
  }
}
