package dev.mainstay.db.router;

import static dev.mainstay.db.router.Nodes.in;
import static dev.mainstay.db.router.Nodes.primary;
import static dev.mainstay.db.router.Nodes.replica;
import static dev.mainstay.db.router.Nodes.replicaOfUnknownLag;
import static dev.mainstay.db.router.Nodes.topology;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightedReadsTest {

  private static final Duration MAX_LAG = Duration.ofSeconds(5);
  private static final Duration RETURN_LAG = Duration.ofSeconds(2);
  private final WeightedReads reads = new WeightedReads(Map.of(), MAX_LAG, RETURN_LAG);

  @Test
  void replicasTakeTurnsAndThePrimaryIsTheFallback() {
    Topology three =
        topology(primary("db-1"), replica("db-2", Duration.ZERO), replica("db-3", Duration.ZERO));

    assertThat(order(three, 0)).containsExactly("db-2", "db-3", "db-1");
    assertThat(order(three, 1)).containsExactly("db-3", "db-2", "db-1");
    assertThat(order(three, 2)).containsExactly("db-2", "db-3", "db-1");
  }

  @Test
  void weightsShareTheReads() {
    WeightedReads weighted =
        new WeightedReads(
            Map.of(new NodeId("db-2"), 150, new NodeId("db-3"), 50), MAX_LAG, RETURN_LAG);
    Topology three =
        topology(primary("db-1"), replica("db-2", Duration.ZERO), replica("db-3", Duration.ZERO));

    assertThat(
            IntStream.range(0, 8)
                .mapToObj(turn -> weighted.candidates(three, turn).getFirst().id().value()))
        .containsExactly("db-2", "db-2", "db-3", "db-2", "db-2", "db-2", "db-3", "db-2");
  }

  @Test
  void aReplicaThatLagsTooMuchComesAfterThePrimary() {
    Topology lagging =
        topology(primary("db-1"), replica("db-2", MAX_LAG.plusMillis(1)), replica("db-3", MAX_LAG));

    assertThat(order(lagging, 0)).containsExactly("db-3", "db-1", "db-2");
  }

  /** The lags of one replica, in seconds, one look after the other; - is unknown. */
  @ParameterizedTest
  @CsvSource({
    "0 5 5.001 5 3 2.001 2 3 5,  in in out out out out in in in",
    "0 - 0,                      in out in",
    "1 - 3 2,                    in out out in",
    "9 4 6 4 1,                  out out out out in"
  })
  void aReplicaThatLaggedReturnsWhenItIsWellBelowTheLimit(String lags, String rotation) {
    List<String> seen =
        Stream.of(lags.split(" "))
            .map(
                lag ->
                    lag.equals("-")
                        ? replicaOfUnknownLag("db-2")
                        : replica(
                            "db-2", Duration.ofMillis(Math.round(1000 * Double.parseDouble(lag)))))
            .map(node -> order(topology(primary("db-1"), node), 0).getFirst())
            .map(first -> first.equals("db-2") ? "in" : "out")
            .toList();

    assertThat(String.join(" ", seen)).isEqualTo(rotation);
  }

  /** Trap: with no reads for a while nobody would notice that a replica lagged too much. */
  @Test
  void theLimitIsPassedWhetherAnythingIsReadOrNot() {
    reads.looked(topology(primary("db-1"), replica("db-2", MAX_LAG.plusMillis(1))));

    assertThat(order(topology(primary("db-1"), replica("db-2", MAX_LAG)), 0))
        .containsExactly("db-1", "db-2");
  }

  @Test
  void aReplicaThatWentAwayComesBackWithoutItsPast() {
    reads.looked(topology(primary("db-1"), replica("db-2", Duration.ofMinutes(1))));
    reads.looked(topology(primary("db-1"), in("db-2", Role.UNREACHABLE)));

    assertThat(order(topology(primary("db-1"), replica("db-2", MAX_LAG)), 0))
        .containsExactly("db-2", "db-1");
  }

  @Test
  void aReturnAboveTheLimitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedReads(Map.of(), MAX_LAG, Duration.ofSeconds(6)))
        .withMessage("returnLag is PT6S (expected: 0 to maxLag, PT5S)");
  }

  @Test
  void aReplicaOfUnknownLagIsTheLastResort() {
    Topology unknown =
        topology(
            primary("db-1"), replicaOfUnknownLag("db-2"), replica("db-3", Duration.ofMinutes(1)));

    assertThat(order(unknown, 0)).containsExactly("db-1", "db-3", "db-2");
  }

  @Test
  void weightZeroIsTheLastResort() {
    WeightedReads weighted = new WeightedReads(Map.of(new NodeId("db-2"), 0), MAX_LAG, RETURN_LAG);

    assertThat(
            weighted
                .candidates(topology(primary("db-1"), replica("db-2", Duration.ZERO)), 0)
                .stream()
                .map(node -> node.id().value()))
        .containsExactly("db-1", "db-2");
  }

  @Test
  void readsGoOnWithoutAPrimaryHoweverOldTheReplicas() {
    Topology orphans =
        topology(
            in("db-1", Role.UNREACHABLE),
            replica("db-2", Duration.ofMinutes(2)),
            replica("db-3", Duration.ofMinutes(1)));

    assertThat(order(orphans, 0)).containsExactly("db-3", "db-2");
  }

  @Test
  void nodesThatAreNotOfTheClusterGetNothing() {
    assertThat(
            order(
                topology(
                    in("db-1", Role.STALE_PRIMARY),
                    in("db-2", Role.QUARANTINED),
                    in("db-3", Role.UNREACHABLE)),
                0))
        .isEmpty();
  }

  @Test
  void aNewSnapshotCountsAtOnce() {
    assertThat(order(topology(replica("db-2", Duration.ZERO)), 0)).containsExactly("db-2");
    assertThat(order(topology(replica("db-3", Duration.ZERO)), 0)).containsExactly("db-3");
  }

  @Test
  void aWeightOutOfRangeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedReads(Map.of(new NodeId("db-2"), 257), MAX_LAG, RETURN_LAG))
        .withMessage("weight of db-2 is 257 (expected: 0-256)");
  }

  private List<String> order(Topology topology, long turn) {
    return reads.candidates(topology, turn).stream().map(node -> node.id().value()).toList();
  }
}
