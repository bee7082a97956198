package dev.mainstay.db;

import static dev.mainstay.db.ANode.NOW;
import static dev.mainstay.db.ANode.aBlankNode;
import static dev.mainstay.db.ANode.aNode;
import static dev.mainstay.db.ANode.epoch;
import static dev.mainstay.db.ANode.id;
import static dev.mainstay.db.ANode.unreachable;
import static dev.mainstay.db.Role.PRIMARY;
import static dev.mainstay.db.Role.QUARANTINED;
import static dev.mainstay.db.Role.REPLICA;
import static dev.mainstay.db.Role.STALE_PRIMARY;
import static dev.mainstay.db.Role.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.db.ReplicaStatus.Failure;
import dev.mainstay.db.ReplicaStatus.Io;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyTest {
  private static final EpochRecord FIRST = epoch(1, 1, 2, 3);
  private static final EpochRecord SECOND = epoch(2, 2, 1, 3);

  private static Topology topology(Observation... round) {
    return Topology.of(List.of(round), NOW);
  }

  private static Observation primary() {
    return aNode(1).open(2).knows(FIRST).seen();
  }

  private static Observation replica(int number) {
    return aNode(number).follows(1).knows(FIRST).seen();
  }

  /** A round of observations, the roles that it shows, and who is writable. */
  static Stream<Arguments> rounds() {
    return Stream.of(
        round(
            "all is well", roles(PRIMARY, REPLICA, REPLICA), 1, primary(), replica(2), replica(3)),
        round(
            "one replica is gone",
            roles(PRIMARY, REPLICA, UNREACHABLE),
            1,
            aNode(1).open(1).knows(FIRST).seen(),
            replica(2),
            unreachable(3)),
        round(
            "both ackers are gone",
            roles(PRIMARY, UNREACHABLE, UNREACHABLE),
            0,
            aNode(1).open(0).knows(FIRST).seen(),
            unreachable(2),
            unreachable(3)),
        round(
            "both are gone, but the primary is alone on record",
            roles(PRIMARY, UNREACHABLE, UNREACHABLE),
            1,
            aNode(1).open(0).knows(epoch(1, 1)).seen(),
            unreachable(2),
            unreachable(3)),
        round(
            "the primary is gone",
            roles(UNREACHABLE, REPLICA, REPLICA),
            0,
            unreachable(1),
            replica(2),
            replica(3)),
        round(
            "the primary restarted, and is closed",
            roles(REPLICA, REPLICA, REPLICA),
            0,
            aNode(1).knows(FIRST).seen(),
            replica(2),
            replica(3)),
        round(
            "the old primary woke after a fail-over, with nothing of its own",
            roles(STALE_PRIMARY, PRIMARY, REPLICA),
            2,
            aNode(1).open(0).knows(FIRST).seen(),
            aNode(2).open(1).knows(SECOND).seen(),
            aNode(3).follows(2).knows(SECOND).seen()),
        round(
            "the old primary came back, with a transaction of its own",
            roles(QUARANTINED, PRIMARY, REPLICA),
            2,
            aNode(1).knows(FIRST).executed("0-1-105").seen(),
            aNode(2).open(1).knows(SECOND).executed("0-2-107").state("0-1-100,0-2-107").seen(),
            aNode(3).follows(2).knows(SECOND).executed("0-2-107").state("0-1-100,0-2-107").seen()),
        round(
            "a replica was asked later than the primary",
            roles(PRIMARY, REPLICA, REPLICA),
            1,
            primary(),
            aNode(2).follows(1).knows(FIRST).executed("0-1-105").seen(),
            replica(3)),
        round(
            "a replica wrote something itself",
            roles(PRIMARY, QUARANTINED, REPLICA),
            1,
            primary(),
            aNode(2).follows(1).knows(FIRST).executed("0-2-101").state("0-1-100,0-2-101").seen(),
            replica(3)),
        round(
            "the new primary was asked before it took office: who is errant cannot be told",
            roles(STALE_PRIMARY, REPLICA, REPLICA),
            0,
            aNode(1).open(0).knows(FIRST).executed("0-1-105").seen(),
            aNode(2).follows(1).knows(FIRST).executed("0-1-100").seen(),
            aNode(3).follows(2).knows(SECOND).executed("0-2-107").state("0-1-105,0-2-107").seen()),
        round(
            "the acker set changed, and the replica was asked later",
            roles(PRIMARY, REPLICA, UNREACHABLE),
            1,
            aNode(1).open(1).knows(FIRST).seen(),
            aNode(2).follows(1).knows(epoch(2, 1, 2)).seen(),
            unreachable(3)),
        round(
            "open, named by a replica's record, but its own record is of another",
            roles(STALE_PRIMARY, STALE_PRIMARY, REPLICA),
            0,
            aNode(1).open(0).knows(FIRST).seen(),
            aNode(2).open(1).knows(FIRST).seen(),
            aNode(3).follows(2).knows(SECOND).seen()),
        round(
            "two records of one epoch",
            roles(STALE_PRIMARY, STALE_PRIMARY, REPLICA),
            0,
            aNode(1).open(1).knows(epoch(2, 1, 3)).seen(),
            aNode(2).open(1).knows(SECOND).seen(),
            aNode(3).follows(2).knows(SECOND).seen()),
        round(
            "semi-sync is off on an open primary that has ackers on record",
            roles(PRIMARY, REPLICA, REPLICA),
            0,
            openWithoutSemiSync(),
            replica(2),
            replica(3)),
        round(
            "all are blank",
            roles(QUARANTINED, QUARANTINED, QUARANTINED),
            0,
            aBlankNode(1).seen(),
            aBlankNode(2).seen(),
            aBlankNode(3).seen()),
        round(
            "a blank node joins, and has not caught up yet",
            roles(PRIMARY, REPLICA, REPLICA),
            1,
            primary(),
            replica(2),
            aBlankNode(3).follows(1).seen()),
        round(
            "data of no cluster",
            roles(PRIMARY, REPLICA, QUARANTINED),
            1,
            primary(),
            replica(2),
            aNode(3).ofNoCluster().seen()),
        round(
            "a node of another cluster, though its epoch is higher",
            roles(PRIMARY, REPLICA, QUARANTINED),
            1,
            primary(),
            replica(2),
            aNode(3).of("theirs").open(1).knows(epoch(9, 3)).seen()),
        round(
            "a node of the other engine",
            roles(PRIMARY, REPLICA, QUARANTINED),
            1,
            primary(),
            replica(2),
            aNode(3).ofMysql().seen()),
        round(
            "nothing is reached",
            roles(UNREACHABLE, UNREACHABLE, UNREACHABLE),
            0,
            unreachable(1),
            unreachable(2),
            unreachable(3)));
  }

  private static Observation openWithoutSemiSync() {
    Observation.Reached open = aNode(1).open(2).knows(FIRST).seen();
    return new Observation.Reached(
        open.address(),
        open.at(),
        open.engine(),
        open.version(),
        open.serverId(),
        open.clusterId(),
        open.readOnly(),
        open.startedAt(),
        open.executed(),
        open.lineage(),
        open.replication(),
        new SemiSync(false, false, false, false, 2, 0),
        open.epoch(),
        open.heartbeat(),
        open.leader());
  }

  private static Arguments round(
      String what, List<Role> roles, int writable, Observation... observations) {
    return Arguments.of(what, roles, writable, List.of(observations));
  }

  private static List<Role> roles(Role... roles) {
    return List.of(roles);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rounds")
  void placesNodes(String what, List<Role> roles, int writable, List<Observation> round) {
    Topology topology = Topology.of(round, NOW);

    assertThat(topology.nodes()).extracting(NodeState::role).isEqualTo(roles);
    assertThat(topology.nodes().stream().filter(NodeState::writable).map(NodeState::id))
        .isEqualTo(writable == 0 ? List.of() : List.of(id(writable)));
    assertThat(topology.nodes()).allSatisfy(node -> assertThat(node.why()).isNotBlank());
  }

  @Test
  void epochInForceIsTheHighestThatAnyNodeExecuted() {
    assertThat(
            topology(unreachable(1), aNode(2).knows(FIRST).seen(), aNode(3).knows(SECOND).seen())
                .epoch())
        .contains(SECOND);
  }

  @Test
  void conflictLeavesNoEpochInForce() {
    assertThat(
            topology(
                    aNode(1).open(1).knows(epoch(2, 1, 3)).seen(),
                    aNode(2).open(1).knows(SECOND).seen())
                .epoch())
        .isEmpty();
  }

  @Test
  void replicaThatHasAllOfThePrimaryHasNoLagHoweverOldTheHeartbeat() {
    Topology topology =
        topology(
            primary(),
            aNode(2).follows(1).knows(FIRST).heartbeat(Duration.ofSeconds(9)).seen(),
            aNode(3)
                .follows(1)
                .knows(FIRST)
                .executed("0-1-99")
                .heartbeat(Duration.ofMillis(4500))
                .seen());

    assertThat(topology.nodes())
        .extracting(NodeState::lag)
        .containsExactly(
            Optional.of(Duration.ZERO),
            Optional.of(Duration.ZERO),
            Optional.of(Duration.ofMillis(4500)));
  }

  @Test
  void lagWithoutAPrimaryIsTheHeartbeatsAge() {
    Topology topology =
        topology(
            unreachable(1),
            aNode(2).follows(1).knows(FIRST).heartbeat(Duration.ofSeconds(3)).seen(),
            aNode(3).follows(1).knows(FIRST).heartbeat(Duration.ofSeconds(-1)).seen());

    assertThat(topology.nodes())
        .extracting(NodeState::lag)
        .containsExactly(
            Optional.empty(), Optional.of(Duration.ofSeconds(3)), Optional.of(Duration.ZERO));
  }

  @Test
  void lagIsUnknownWithoutAHeartbeat() {
    Topology topology =
        topology(primary(), aNode(2).follows(1).executed("0-1-50").noHeartbeat().seen());

    assertThat(topology.nodes().getLast().lag()).isEmpty();
  }

  @Test
  void lagIsUnknownWhileTheApplierStandsStillHoweverMuchItHasApplied() {
    Topology topology =
        topology(
            primary(),
            aNode(2)
                .follows(1, ReplicaStatus.Io.RUNNING, false, Optional.empty())
                .knows(FIRST)
                .seen());

    assertThat(topology.nodes().getLast().role()).isEqualTo(Role.REPLICA);
    assertThat(topology.nodes().getLast().lag()).isEmpty();
  }

  @Test
  void saysWhy() {
    Topology topology =
        topology(
            aNode(1).open(2).knows(FIRST).seen(),
            replica(2),
            aNode(3)
                .follows(
                    1,
                    Io.CONNECTING,
                    true,
                    Optional.of(new Failure(2003, "Can't connect to server")))
                .knows(FIRST)
                .seen(),
            aNode(4).follows(1, Io.STOPPED, false, Optional.empty()).knows(FIRST).seen(),
            aNode(5).knows(FIRST).seen(),
            aNode(6).knows(FIRST).executed("0-6-1").seen(),
            aNode(7).of("theirs").seen(),
            aNode(8).ofMysql().seen(),
            unreachable(9));

    assertThat(topology.nodes())
        .extracting(NodeState::why)
        .containsExactly(
            "epoch 1: db-1, acknowledged by db-2, db-3",
            "follows db-1",
            "tries to connect to db-1: error 2003: Can't connect to server",
            "does not receive from db-1",
            "follows nobody",
            "is errant: the primary lacks 0-6-1",
            "is of cluster theirs (expected: ours)",
            "runs MYSQL in a cluster of MARIADB",
            "connection refused");
    assertThat(topology.nodes())
        .filteredOn(node -> node.errant().isPresent())
        .extracting(NodeState::id)
        .containsExactly(id(6));
  }

  @Test
  void findsNodes() {
    Topology topology = topology(primary(), replica(2));

    assertThat(topology.engine()).contains(Engine.MARIADB);
    assertThat(topology.primary().orElseThrow().id()).isEqualTo(id(1));
    assertThat(topology.replicas()).extracting(NodeState::id).containsExactly(id(2));
    assertThat(topology.nodeOfServer(2).orElseThrow().id()).isEqualTo(id(2));
    assertThat(topology.nodeOfServer(7)).isEmpty();
    assertThat(topology.node(id(7))).isEmpty();
    assertThat(Topology.unknown().primary()).isEmpty();
  }

  @Test
  void refusesTwoObservationsOfANode() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> topology(primary(), unreachable(1)))
        .withMessage("node db-1 is observed twice (expected: once a round)");
  }
}
