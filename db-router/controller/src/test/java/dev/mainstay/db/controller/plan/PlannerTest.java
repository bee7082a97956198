package dev.mainstay.db.controller.plan;

import static dev.mainstay.db.controller.plan.Seen.CLUSTER;
import static dev.mainstay.db.controller.plan.Seen.epoch;
import static dev.mainstay.db.controller.plan.Seen.id;
import static dev.mainstay.db.controller.plan.Seen.node;
import static dev.mainstay.db.controller.plan.Seen.unreachable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PlannerTest {

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

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting())
          .hasValue(
              "the cluster is set up with 2 of 3 nodes after 5 s, unless db-3 is reached before");
    }

    @Test
    void aMajorityStartsWithoutTheRestInTheEnd() {
      Plan plan = plan(LATE, unreachable(1), node(2).seen(), node(3).seen());

      assertThat(acts(plan)).containsExactly("db-2 Found mainstay/fresh");
    }

    @Test
    void aMinorityDoesNothing() {
      Plan plan = plan(LATE, node(1).seen(), unreachable(2), unreachable(3));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting()).hasValue("1 of 3 nodes are reached, 2 are needed");
    }

    @Test
    void aNodeWithTransactionsButNoClusterIdIsNotTakenInUnlessItCanBeMadeBlank() {
      Plan plan = plan(LATE, node(1).executed("A:1-3").seen(), node(2).seen(), node(3).seen());

      assertThat(acts(plan)).containsExactly("db-1 MakeBlank", "db-2 Found mainstay/fresh");
      assertThat(plan.refused().get(id(1))).contains("has transactions but no cluster id");
    }

    @Test
    void oneNodeAloneIsAClusterToo() {
      Plan founded = plan(EARLY, node(1).seen());
      Plan opened = plan(EARLY, node(1).member("A:1-5").seen());

      assertThat(acts(founded)).containsExactly("db-1 Found mainstay/fresh");
      assertThat(acts(opened)).contains("db-1 Open epoch 1: db-1, alone");
    }

    @Test
    void theEngineOfTheFirstNodesIsTheClusters() {
      Plan plan = plan(LATE, node(1).seen(), node(2).engine(Engine.MARIADB).seen(), node(3).seen());

      assertThat(acts(plan)).containsExactly("db-1 Found mainstay/fresh");
      assertThat(plan.refused()).containsEntry(id(2), "runs MARIADB, but the cluster runs MYSQL");
    }
  }

  @Nested
  class UntilTheFirstEpoch {

    @Test
    void theOthersFollowTheFounderAndAcknowledgeFromTheStart() {
      Plan plan = plan(EARLY, node(1).member("A:1-5").seen(), node(2).seen(), node(3).seen());

      assertThat(acts(plan)).containsExactly("db-2 Follow db-1 acker", "db-3 Follow db-1 acker");
    }

    @Test
    void aSuccessorFinishesWhatTheFoundingLeaderMayHaveLeft() {
      List<Observation> founded =
          List.of(node(1).member("A:1-5").seen(), node(2).seen(), node(3).seen());
      List<Observation> following =
          List.of(
              node(1).member("A:1-5").seen(),
              node(2).follows(1).acknowledging().seen(),
              node(3).follows(1).acknowledging().seen());
      Circumstances successor = new Circumstances(EARLY, false, FRESH);

      assertThat(acts(Planner.plan(spec(3), founded, successor)))
          .containsExactly(
              "db-1 Found " + CLUSTER, "db-2 Follow db-1 acker", "db-3 Follow db-1 acker");
      assertThat(acts(Planner.plan(spec(3), following, successor)))
          .containsExactly("db-1 Open epoch 1: db-1, acknowledged by db-2, db-3", "db-1 Provision");
    }

    @Test
    void theFounderOpensWhenAllFollow() {
      Plan plan =
          plan(
              EARLY,
              node(1).member("A:1-5").seen(),
              node(2).member("A:1-5").follows(1).acknowledging().seen(),
              node(3).follows(1).acknowledging().seen());

      assertThat(acts(plan)).containsExactly("db-1 Open epoch 1: db-1, acknowledged by db-2, db-3");
    }

    @Test
    void oneThatConnectsIsWaitedForAWhile() {
      Observation founder = node(1).member("A:1-5").seen();
      Observation follower = node(2).follows(1).acknowledging().seen();
      Observation slow = node(3).connectingTo(1).acknowledging().seen();

      assertThat(plan(EARLY, founder, follower, slow).waiting())
          .hasValue("1 of 2 replicas follow db-1, which is opened as the first primary then");
      assertThat(acts(plan(LATE, founder, follower, slow)))
          .containsExactly("db-1 Open epoch 1: db-1, acknowledged by db-2");
    }

    @Test
    void nobodyElseTakesThePlaceOfALostFounder() {
      Plan plan =
          plan(LATE, unreachable(1), node(2).member("A:1-5").pointedAt(1).seen(), node(3).seen());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting())
          .hasValue("the cluster is not set up yet, and its first node is not reached");
    }
  }

  @Nested
  class InOffice {

    private final EpochRecord first = epoch(1, 1, 2, 3);
    private final Observation primary =
        node(1).member("A:1-9").knows(first).open().guarded(2).seen();
    private final Observation second =
        node(2).member("A:1-9").knows(first).follows(1).acknowledging().seen();
    private final Observation third =
        node(3).member("A:1-9").knows(first).follows(1).acknowledging().seen();

    @Test
    void nothingIsDoneWhenAllIsWell() {
      Plan plan = plan(Duration.ZERO, primary, second, third);

      assertThat(plan)
          .isEqualTo(new Plan(List.of(), java.util.Map.of(), java.util.Optional.empty()));
    }

    @Test
    void aNewLeaderSeesToTheAccounts() {
      Plan plan =
          Planner.plan(
              spec(3),
              List.of(primary, second, third),
              new Circumstances(Duration.ZERO, false, FRESH));

      assertThat(acts(plan)).containsExactly("db-1 Provision");
    }

    @Test
    void aRestartedReplicaResumes() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3).member("A:1-7").knows(first).pointedAt(1).seen());

      assertThat(acts(plan)).containsExactly("db-3 Resume acker");
    }

    @Test
    void aReplicaThatIsAheadOfWhatThePrimaryShowedIsNotErrant() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3).member("A:1-11").knows(first).follows(1).acknowledging().seen());

      assertThat(plan.refused()).isEmpty();
      assertThat(plan.steps()).isEmpty();
    }

    @Test
    void aNodeWithTransactionsOfItsOwnIsLeftAloneAndNamed() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3).member("A:1-7,C:1-2").knows(first).pointedAt(1).seen());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.refused())
          .containsEntry(id(3), "holds transactions that db-1 lacks: " + Seen.full("C:1-2"));
    }

    @Test
    void aReplicaOfAnotherSourceIsRepointed() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3).member("A:1-9").knows(first).follows(2).acknowledging().seen());

      assertThat(acts(plan)).containsExactly("db-3 Follow db-1 acker");
    }

    @Test
    void aReplicaThatOnlyLostTheConnectionIsNotTouched() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3).member("A:1-8").knows(first).connectingTo(1).acknowledging().seen());

      assertThat(plan.steps()).isEmpty();
    }

    @Test
    void aReplicaWhoseTransactionsThePrimaryCannotSendIsRefused() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3).member("A:1-2").knows(first).cannotReceiveFrom(1, 13114, "purged it").seen());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.refused()).containsEntry(id(3), "cannot follow db-1: error 13114: purged it");
    }

    @Test
    void aReplicaThatWasRefusedByASourceBehindItTriesAgain() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3)
                  .member("A:1-9")
                  .knows(first)
                  .cannotReceiveFrom(1, 1236, "not in its binlog")
                  .seen());

      assertThat(acts(plan)).containsExactly("db-3 Resume acker");
    }

    @Test
    void anApplierThatStoppedIsStartedAgain() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3)
                  .member("A:1-2")
                  .knows(first)
                  .cannotApply(1, 1205, "lock wait")
                  .acknowledging()
                  .seen());

      assertThat(acts(plan)).containsExactly("db-3 Resume acker");
    }

    @Test
    void aNodeThatSomebodyOpenedIsClosed() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3).member("A:1-9").knows(first).follows(1).acknowledging().open().seen());

      assertThat(acts(plan)).containsExactly("db-3 Close");
    }

    @Test
    void writesThatWaitForNobodyAreGuardedAgain() {
      Plan plan =
          plan(Duration.ZERO, node(1).member("A:1-9").knows(first).open().seen(), second, third);

      assertThat(acts(plan)).containsExactly("db-1 GuardWrites");
    }

    @Test
    void anAckerThatWasSwitchedOffIsSwitchedOnAgain() {
      Plan plan =
          plan(
              Duration.ZERO,
              primary,
              second,
              node(3).member("A:1-9").knows(first).follows(1).seen());

      assertThat(acts(plan)).containsExactly("db-3 Acknowledge true");
    }

    @Test
    void aLostReplicaStaysAnAcker() {
      assertThat(plan(Duration.ZERO, primary, second, unreachable(3)).steps()).isEmpty();
    }

    @Test
    void aLostPrimaryIsWaitedFor() {
      Plan plan = plan(LATE, unreachable(1), second, third);

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting())
          .hasValue("db-1, the primary of epoch 1, is unreachable: refuses connections");
    }

    @Test
    void aPrimaryThatLostItsDataIsNotOpened() {
      Plan plan = plan(LATE, node(1).seen(), second, third);

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting())
          .hasValue("db-1, the primary of epoch 1, has lost its data: it is blank");
    }

    @Test
    void anotherClustersNodeIsRefused() {
      Plan plan =
          plan(Duration.ZERO, primary, second, node(3).of("mainstay/two").executed("C:1-4").seen());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.refused())
          .containsEntry(id(3), "belongs to cluster mainstay/two, not to mainstay/one");
    }

    @Test
    void aNodeWithTheServerIdOfAnotherIsRefused() {
      Plan plan = plan(Duration.ZERO, primary, second, node(3).serverId(2).seen());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.refused()).containsEntry(id(3), "has the server id of db-2, 2");
    }
  }

  @Nested
  class AfterARestart {

    private final EpochRecord third = epoch(3, 1, 2, 3);
    private final Observation closed = node(1).member("A:1-9").knows(third).seen();

    @Test
    void replicasFollowBeforeThePrimaryOpens() {
      Plan plan =
          plan(
              EARLY,
              closed,
              node(2).member("A:1-9").knows(third).pointedAt(1).seen(),
              node(3).member("A:1-8").knows(third).pointedAt(1).seen());

      assertThat(acts(plan)).containsExactly("db-2 Resume acker", "db-3 Resume acker");
    }

    @Test
    void theSamePrimaryOpensInANewEpochWhenAllOfItsAckersFollow() {
      Plan plan =
          plan(
              EARLY,
              closed,
              node(2).member("A:1-9").knows(third).follows(1).acknowledging().seen(),
              node(3).member("A:1-8").knows(third).follows(1).acknowledging().seen());

      assertThat(acts(plan)).containsExactly("db-1 Open epoch 4: db-1, acknowledged by db-2, db-3");
    }

    @Test
    void oneLostNodeDoesNotPreventTheStartButDelaysIt() {
      Observation follower = node(2).member("A:1-9").knows(third).follows(1).acknowledging().seen();

      assertThat(plan(EARLY, closed, follower, unreachable(3)).waiting())
          .hasValue("db-1 is opened again after 5 s, unless db-3 follows it before");
      assertThat(acts(plan(LATE, closed, follower, unreachable(3))))
          .containsExactly("db-1 Open epoch 4: db-1, acknowledged by db-2, db-3");
    }

    @Test
    void evenTheRecordOfItsEpochIsFetchedWhereThePrimaryLostIt() {
      Seen lost = node(1).member("A:1-7");
      Observation follower = node(2).member("A:1-8").knows(third).connectingTo(1).seen();
      Observation other = node(3).member("A:1-7").connectingTo(1).seen();

      assertThat(acts(plan(LATE, lost.seen(), follower, other)))
          .containsExactly("db-1 Follow db-2 acker");
    }

    @Test
    void aPrimaryThatNobodyCanTellOfItsEpochIsNotOpened() {
      Observation errant = node(2).member("A:1-7,B:1").knows(third).seen();

      Plan plan = plan(LATE, node(1).member("A:1-7").seen(), errant, unreachable(3));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting())
          .hasValue(
              "db-1, the primary of epoch 3, does not know of this epoch, and nobody here can tell it");
    }

    @Test
    void whatThePrimaryLostItFetchesFromTheReplicaThatHoldsMost() {
      Seen lost = node(1).member("A:1-7").knows(third);
      Observation follower =
          node(2)
              .member("A:1-8")
              .knows(third)
              .cannotReceiveFrom(1, 1236, "not in its binlog")
              .seen();
      Observation best =
          node(3)
              .member("A:1-9")
              .knows(third)
              .cannotReceiveFrom(1, 1236, "not in its binlog")
              .seen();

      Plan plan = plan(LATE, lost.seen(), follower, best);
      Plan meanwhile = plan(LATE, lost.follows(3).seen(), follower, best);
      Plan then = plan(LATE, lost.executed("A:1-9").seen(), follower, best);

      assertThat(acts(plan)).containsExactly("db-1 Follow db-3 acker");
      assertThat(meanwhile.steps()).isEmpty();
      assertThat(meanwhile.waiting())
          .hasValue("db-1 fetches: db-3 holds transactions that it lost: " + Seen.full("A:8-9"));
      assertThat(acts(then)).containsExactly("db-2 Resume acker", "db-3 Resume acker");
    }

    @Test
    void ofMariadbEveryAckerMustBeReachedForItMayHoldWhatThePrimaryLost() {
      Plan plan =
          plan(
              LATE,
              node(1).engine(Engine.MARIADB).member("").knows(third).seen(),
              node(2)
                  .engine(Engine.MARIADB)
                  .member("")
                  .knows(third)
                  .follows(1)
                  .acknowledging()
                  .seen(),
              unreachable(3));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting())
          .hasValue("db-1 is opened again when db-3 is reached, which may hold what it lost");
    }

    @Test
    void ofMariadbAnAckerThatIsConfiguredNoMoreIsMissingToo() {
      EpochRecord wide = epoch(3, 1, 2, 3, 4);

      Plan plan =
          plan(
              LATE,
              node(1).engine(Engine.MARIADB).member("").knows(wide).seen(),
              node(2)
                  .engine(Engine.MARIADB)
                  .member("")
                  .knows(wide)
                  .follows(1)
                  .acknowledging()
                  .seen(),
              node(3)
                  .engine(Engine.MARIADB)
                  .member("")
                  .knows(wide)
                  .follows(1)
                  .acknowledging()
                  .seen());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting())
          .hasValue("db-1 is opened again when db-4 is reached, which may hold what it lost");
    }

    @Test
    void withoutAnyAckerItStaysClosed() {
      EpochRecord narrow = epoch(3, 1, 2);
      Plan plan =
          plan(
              LATE,
              node(1).member("A:1-9").knows(narrow).seen(),
              unreachable(2),
              node(3).member("A:1-9").knows(narrow).follows(1).seen());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting()).hasValue("db-1 is opened again when one of db-2 follows it");
    }

    @Test
    void aReplicaIsNotMistakenForABlankCluster() {
      Plan plan =
          plan(LATE, unreachable(1), node(2).member("A:1-9").knows(third).seen(), node(3).seen());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.waiting()).isPresent();
    }
  }

  @Nested
  class TheAckerSet {

    private final EpochRecord narrow = epoch(1, 1, 2);
    private final Observation primary =
        node(1).member("A:1-9").knows(narrow).open().guarded(1).seen();
    private final Observation second =
        node(2).member("A:1-9").knows(narrow).follows(1).acknowledging().seen();

    @Test
    void aLateNodeJoinsWithoutAcknowledging() {
      assertThat(acts(plan(Duration.ZERO, primary, second, node(3).seen())))
          .containsExactly("db-3 Follow db-1");
    }

    @Test
    void itIsNotRecordedBeforeItHasCaughtUp() {
      Observation behind = node(3).member("A:1-4").follows(1).seen();

      assertThat(plan(Duration.ZERO, primary, second, behind).steps()).isEmpty();
    }

    @Test
    void itIsRecordedFirst() {
      Observation there = node(3).member("A:1-9").follows(1).seen();

      assertThat(acts(plan(Duration.ZERO, primary, second, there)))
          .containsExactly("db-1 RecordAckers epoch 2: db-1, acknowledged by db-2, db-3");
    }

    @Test
    void andAcknowledgesThen() {
      EpochRecord wide = epoch(2, 1, 2, 3);
      Plan plan =
          plan(
              Duration.ZERO,
              node(1).member("A:1-9").knows(wide).open().guarded(1).seen(),
              second,
              node(3).member("A:1-9").follows(1).seen());

      assertThat(acts(plan)).containsExactly("db-3 Acknowledge true");
    }

    @Test
    void whoIsNotOnRecordDoesNotAcknowledge() {
      Observation keen = node(3).member("A:1-4").follows(1).acknowledging().seen();

      assertThat(acts(plan(Duration.ZERO, primary, second, keen)))
          .containsExactly("db-3 Acknowledge false");
    }

    @Test
    void aPrimaryThatWasAloneGetsItsFirstAckerSoThatTheRecordIsAcknowledged() {
      EpochRecord alone = epoch(1, 1);
      Seen open = node(1).member("A:1-9").knows(alone).open();
      Seen joined = node(2).member("A:1-9").follows(1);

      Plan first = plan(Duration.ZERO, open.seen(), joined.seen());
      Plan second = plan(Duration.ZERO, open.seen(), joined.acknowledging().seen());
      Plan third = plan(Duration.ZERO, open.guarded(1).seen(), joined.seen());

      assertThat(acts(first)).containsExactly("db-2 Acknowledge true");
      assertThat(acts(second)).containsExactly("db-1 GuardWrites");
      assertThat(acts(third))
          .containsExactly("db-1 RecordAckers epoch 2: db-1, acknowledged by db-2");
    }
  }

  @Test
  void twoClustersOfEqualSizeAreLeftToAPerson() {
    Plan plan =
        plan(
            LATE, node(1).of("mainstay/a").seen(), node(2).of("mainstay/b").seen(), unreachable(3));

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.waiting())
        .hasValue("the nodes belong to different clusters: mainstay/a, mainstay/b");
  }

  @Test
  void anotherNameIsAnotherCluster() {
    Plan plan = plan(LATE, node(1).of("shop/1").seen(), node(2).seen(), node(3).seen());

    assertThat(plan.refused())
        .containsEntry(id(1), "belongs to cluster shop/1, not to one named mainstay");
  }

  @Test
  void everyNodeNeedsAnObservation() {
    assertThatThrownBy(() -> Planner.plan(spec(2), List.of(node(1).seen()), circumstances(LATE)))
        .hasMessage("no observation of db-2");
  }

  private static ClusterSpec spec(int nodes) {
    List<NodeAddress> addresses = IntStream.rangeClosed(1, nodes).mapToObj(Seen::address).toList();
    return new ClusterSpec("mainstay", addresses, PATIENCE);
  }

  private static Circumstances circumstances(Duration vacant) {
    return new Circumstances(vacant, true, FRESH);
  }

  private static Plan plan(Duration vacant, Observation... seen) {
    return Planner.plan(spec(seen.length), Arrays.asList(seen), circumstances(vacant));
  }

  /** Steps without their reasons: {@code db-2 Follow db-1 acker}. */
  private static List<String> acts(Plan plan) {
    return plan.steps().stream()
        .map(
            step ->
                step.node().id()
                    + " "
                    + step.getClass().getSimpleName()
                    + switch (step) {
                      case Step.Found found -> " " + found.clusterId();
                      case Step.Follow follow ->
                          " " + follow.source().id() + (follow.acker() ? " acker" : "");
                      case Step.Resume resume -> resume.acker() ? " acker" : "";
                      case Step.Open open -> " " + open.epoch();
                      case Step.RecordAckers record -> " " + record.epoch();
                      case Step.Acknowledge acknowledge -> " " + acknowledge.on();
                      case Step.MakeBlank _, Step.Provision _, Step.GuardWrites _, Step.Close _ ->
                          "";
                    })
        .toList();
  }
}
