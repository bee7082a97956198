package dev.mainstay.db.controller.plan;

import static dev.mainstay.db.controller.plan.Seen.id;
import static dev.mainstay.db.controller.plan.Seen.node;
import static dev.mainstay.db.controller.plan.Seen.unreachable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembershipTest {

  @Test
  void blankNodesAndThoseOfTheClusterAreEligible() {
    Membership membership = membership(node(1).member("A:1-9").seen(), node(2).seen());

    assertThat(membership.eligible()).hasSize(2);
    assertThat(membership.strangers()).isEmpty();
    assertThat(membership.roster().clusterId()).isEqualTo(Seen.CLUSTER);
  }

  @Test
  void aNodeOfAnotherClusterIsAStrangerAndCountsAsNotReached() {
    Membership membership =
        membership(
            node(1).member("A:1-9").seen(),
            node(2).member("A:1-9").seen(),
            node(3).of("mainstay/two").executed("C:1-4").seen());

    String why = "belongs to cluster mainstay/two, not to mainstay/one";
    assertThat(membership.strangers()).containsOnly(Map.entry(id(3), why));
    assertThat(membership.withoutStrangers().get(id(3)))
        .isInstanceOfSatisfying(
            Observation.Unreachable.class, lost -> assertThat(lost.why()).isEqualTo(why));
  }

  @Test
  void anotherNameIsAnotherCluster() {
    Membership membership = membership(node(1).of("shop/1").seen(), node(2).seen(), node(3).seen());

    assertThat(membership.strangers())
        .containsEntry(id(1), "belongs to cluster shop/1, not to one named mainstay");
  }

  @Test
  void aNodeWithTransactionsButNoClusterIdIsNotTakenInButMayBeMadeBlank() {
    Membership membership = membership(node(1).executed("A:1-3").seen(), node(2).seen());

    assertThat(membership.strangers().get(id(1))).contains("has transactions but no cluster id");
    assertThat(membership.soiled()).extracting(n -> n.address().id()).containsExactly(id(1));
  }

  @Test
  void theEngineOfMostIsTheClusters() {
    Membership membership =
        membership(node(1).seen(), node(2).engine(Engine.MARIADB).seen(), node(3).seen());

    assertThat(membership.strangers())
        .containsOnly(Map.entry(id(2), "runs MARIADB, but the cluster runs MYSQL"));
  }

  @Test
  void aNodeWithTheServerIdOfAnotherIsAStranger() {
    Membership membership =
        membership(
            node(1).member("A:1-9").seen(),
            node(2).member("A:1-9").seen(),
            node(3).serverId(2).seen());

    assertThat(membership.strangers())
        .containsOnly(Map.entry(id(3), "has the server id of db-2, 2"));
  }

  @Test
  void twoClustersOfEqualSizeAreATie() {
    Membership membership =
        membership(
            node(1).of("mainstay/a").seen(), node(2).of("mainstay/b").seen(), unreachable(3));

    assertThat(membership.clusterIds()).containsExactly("mainstay/a", "mainstay/b");
    assertThat(membership.unreached()).containsExactly(id(3));
    assertThat(membership.reached()).isEqualTo(2);
  }

  @Test
  void everyNodeNeedsAnObservation() {
    assertThatThrownBy(() -> Membership.of(spec(2), List.of(node(1).seen())))
        .hasMessage("no observation of db-2");
  }

  private static Membership membership(Observation... seen) {
    return Membership.of(spec(seen.length), Arrays.asList(seen));
  }

  private static ClusterSpec spec(int nodes) {
    List<NodeAddress> addresses = IntStream.rangeClosed(1, nodes).mapToObj(Seen::address).toList();
    return new ClusterSpec("mainstay", addresses, Duration.ofSeconds(5));
  }
}
