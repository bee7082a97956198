package dev.mainstay.db.controller.plan;

import static dev.mainstay.db.controller.plan.Acts.acts;
import static dev.mainstay.db.controller.plan.Seen.CLUSTER;
import static dev.mainstay.db.controller.plan.Seen.node;
import static dev.mainstay.db.controller.plan.Seen.unreachable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SetUpTest {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration EARLY = Duration.ofSeconds(1);
  private static final Duration LATE = Duration.ofSeconds(6);
  private static final String FRESH = "mainstay/fresh";

  @Nested
  class FromBlankNodes {

    @Test
    void theFirstNodeFoundsTheClusterWhenAllAreThere() {
      Plan plan = plan(EARLY, node(1).seen(), node(2).seen(), node(3).seen());

      assertThat(acts(plan)).containsExactly("db-1 Found mainstay/fresh");
    }

    @Test
    void aMajorityWaitsForTheRestAtFirst() {
      Plan plan = plan(EARLY, node(1).seen(), node(2).seen(), unreachable(3));

      assertThat(plan.tasks()).isEmpty();
      assertThat(plan.waiting())
          .hasValue(
              "the cluster is set up with 2 of 3 nodes after 5 s, unless db-3 is reached before");
    }

    @Test
    void aMajorityStartsWithoutTheRestInTheEnd() {
      Plan plan = plan(LATE, unreachable(1), node(2).seen(), node(3).seen());

      assertThat(acts(plan)).containsExactly("db-2 Found mainstay/fresh");
    }
  }

  @Nested
  class UntilTheFirstEpoch {

    @Test
    void theFounderWaitsForAcknowledgementsBeforeTheOthersFollow() {
      Plan plan = plan(EARLY, node(1).member("A:1-5").seen(), node(2).seen(), node(3).seen());

      assertThat(acts(plan)).containsExactly("db-1 Promote");
    }

    @Test
    void theOthersFollowTheFounderAndAcknowledgeFromTheStart() {
      Plan plan =
          plan(EARLY, node(1).member("A:1-5").guarded(0).seen(), node(2).seen(), node(3).seen());

      assertThat(acts(plan)).containsExactly("db-2 Follow db-1 acker", "db-3 Follow db-1 acker");
    }

    @Test
    void oneNodeAloneIsAClusterToo() {
      Plan founded = plan(EARLY, node(1).seen());
      Plan opened = plan(EARLY, node(1).member("A:1-5").guarded(0).seen());

      assertThat(acts(founded)).containsExactly("db-1 Found mainstay/fresh");
      assertThat(acts(opened)).containsExactly("db-1 TakeOffice epoch 1: db-1, alone");
    }

    @Test
    void aSuccessorFinishesWhatTheFoundingLeaderMayHaveLeft() {
      Observation founder = node(1).member("A:1-5").guarded(0).seen();
      Plan founded = plan(EARLY, false, founder, node(2).seen(), node(3).seen());
      Plan following =
          plan(
              EARLY,
              false,
              founder,
              node(2).follows(1).acknowledging().seen(),
              node(3).follows(1).acknowledging().seen());

      assertThat(acts(founded)).containsExactly("db-1 Found " + CLUSTER);
      assertThat(acts(following))
          .containsExactly("db-1 TakeOffice epoch 1: db-1, acknowledged by db-2, db-3");
    }

    @Test
    void theFounderOpensWhenAllFollow() {
      Plan plan =
          plan(
              EARLY,
              node(1).member("A:1-5").guarded(0).seen(),
              node(2).member("A:1-5").follows(1).acknowledging().seen(),
              node(3).follows(1).acknowledging().seen());

      assertThat(acts(plan))
          .containsExactly("db-1 TakeOffice epoch 1: db-1, acknowledged by db-2, db-3");
    }

    @Test
    void oneThatConnectsIsWaitedForAWhile() {
      Observation founder = node(1).member("A:1-5").guarded(0).seen();
      Observation follower = node(2).follows(1).acknowledging().seen();
      Observation slow = node(3).connectingTo(1).acknowledging().seen();

      assertThat(plan(EARLY, founder, follower, slow).waiting())
          .hasValue("1 of 2 replicas follow db-1, which is opened as the first primary then");
      assertThat(acts(plan(LATE, founder, follower, slow)))
          .containsExactly("db-1 TakeOffice epoch 1: db-1, acknowledged by db-2");
    }

    @Test
    void nobodyElseTakesThePlaceOfALostFounder() {
      Plan plan =
          plan(LATE, unreachable(1), node(2).member("A:1-5").pointedAt(1).seen(), node(3).seen());

      assertThat(plan.tasks()).isEmpty();
      assertThat(plan.waiting())
          .hasValue("the cluster is not set up yet, and its first node is not reached");
    }
  }

  private static ClusterSpec spec(int nodes) {
    List<NodeAddress> addresses = IntStream.rangeClosed(1, nodes).mapToObj(Seen::address).toList();
    return new ClusterSpec("mainstay", addresses, PATIENCE);
  }

  private static Plan plan(Duration vacant, Observation... seen) {
    return plan(vacant, true, seen);
  }

  private static Plan plan(Duration vacant, boolean provisioned, Observation... seen) {
    Membership membership = Membership.of(spec(seen.length), Arrays.asList(seen));
    return new SetUp(membership, vacant, provisioned, FRESH).next();
  }
}
