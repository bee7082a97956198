package dev.mainstay.db.failover;

import static dev.mainstay.db.Engine.MARIADB;
import static dev.mainstay.db.Engine.MYSQL;
import static dev.mainstay.db.failover.AScene.aScene;
import static dev.mainstay.db.failover.AScene.acts;
import static dev.mainstay.db.failover.AScene.epoch;
import static dev.mainstay.db.failover.AScene.id;
import static dev.mainstay.db.failover.AScene.quarantined;
import static dev.mainstay.db.failover.AScene.why;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.Engine;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SuccessionTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Nested
  class StepByStep {

    @ParameterizedTest
    @EnumSource
    void fence(Engine engine) {
      assertThat(acts(aScene(engine, 3).down(1).next()))
          .containsExactly("Fence db-2", "Fence db-3");
    }

    @ParameterizedTest
    @EnumSource
    void drainTheMostAdvanced(Engine engine) {
      AScene scene = aScene(engine, 3).received(3).down(1).fenced(2, 3);

      assertThat(acts(scene.next())).containsExactly("Drain db-3");
    }

    @ParameterizedTest
    @EnumSource
    void promoteIt(Engine engine) {
      AScene scene = aScene(engine, 3).down(1).fenced(2, 3);

      assertThat(acts(scene.next())).containsExactly("Promote db-2");
    }

    @ParameterizedTest
    @EnumSource
    void repointTheOthers(Engine engine) {
      AScene scene = aScene(engine, 3).down(1).fenced(2, 3).promoted(2);

      assertThat(acts(scene.next())).containsExactly("Follow db-3 db-2 acker");
    }

    @ParameterizedTest
    @EnumSource
    void putItOnRecord(Engine engine) {
      AScene scene = aScene(engine, 3).down(1).promoted(2).following(3, 2);

      assertThat(acts(scene.next()))
          .containsExactly("TakeOffice db-2: epoch 15: db-2, acknowledged by db-3");
    }

    @ParameterizedTest
    @EnumSource
    void openIt(Engine engine) {
      AScene scene =
          aScene(engine, 3).down(1).promoted(2).following(3, 2).record(epoch(15, 2, 3), 3);

      assertThat(acts(scene.next())).containsExactly("Open db-2");
    }

    @Test
    void aPromotionThatBeganGoesOnAmongEquals() {
      AScene scene = aScene(MYSQL, 3).down(1).fenced(2).promoted(3);

      assertThat(acts(scene.next())).containsExactly("Follow db-2 db-3 acker");
    }

    @Test
    void oneThatLagsIsNotPreferred() {
      AScene scene = aScene(MYSQL, 3).received(2, 3).down(1).fenced(2, 3);
      scene.with(
          3,
          n -> {
            n.append(n.relay.removeFirst());
            n.visible = n.log.size();
          });

      assertThat(acts(scene.next())).containsExactly("Promote db-3");
    }
  }

  @Nested
  class WhatIsNeeded {

    @ParameterizedTest
    @EnumSource
    void everyAckerIsReached(Engine engine) {
      Decision decision = aScene(engine, 3).down(1).unreached(3).next();

      assertThat(acts(decision)).containsExactly("Await");
      assertThat(why(decision))
          .isEqualTo(
              "db-1 is not reached, and nobody hears it; no election, for db-3 may hold acknowledged writes, or acknowledge more, and is not in hand");
    }

    @Test
    void andLocked() {
      assertThat(acts(aScene(MYSQL, 3).down(1).unlocked(3).next())).containsExactly("Await");
    }

    @Test
    void beforeItWasLookedAt() {
      assertThat(acts(aScene(MYSQL, 3).down(1).lockedTooLate(3).next())).containsExactly("Await");
    }

    @Test
    void whoIsNoAckerIsNotNeeded() {
      AScene scene = aScene(MYSQL, 3).record(epoch(6, 1, 2), 2).down(1).unreached(3).fenced(2);

      assertThat(acts(scene.next())).containsExactly("Promote db-2");
    }

    @Test
    void aClosedMysqlPrimaryInHandAndOneAckerAreEnough() {
      AScene scene = aScene(MYSQL, 3).restarted(1).unreached(3).fenced(2);

      assertThat(acts(scene.next())).containsExactly("Promote db-2");
    }

    @Test
    void theMissingAckerStaysOneOnRecord() {
      AScene scene = aScene(MYSQL, 3).restarted(1).unreached(3).promoted(2).following(1, 2);

      assertThat(acts(scene.next()))
          .containsExactly("TakeOffice db-2: epoch 15: db-2, acknowledged by db-1, db-3");
    }

    @Test
    void notIfTheAckerFollowsTheMissingOne() {
      AScene scene = aScene(MYSQL, 3).restarted(1).following(2, 3).unreached(3);

      assertThat(acts(scene.next())).containsExactly("Await");
    }

    @Test
    void onMariadbAllAckersAreNeededAlways() {
      AScene scene = aScene(MARIADB, 3).restarted(1).unreached(3).fenced(2);

      assertThat(acts(scene.next())).containsExactly("Await");
    }

    @Test
    void aRestartedMariadbReplicaMayHaveForgotten() {
      Decision decision = aScene(MARIADB, 3).down(1).restarted(3).next();

      assertThat(why(decision)).contains("may have forgotten what it acknowledged");
    }

    @Test
    void notSoAMysqlReplica() {
      assertThat(acts(aScene(MYSQL, 3).down(1).restarted(3).fenced(2).next()))
          .containsExactly("Promote db-2");
    }

    @Test
    void nobodySucceedsOneThatAcknowledgedAlone() {
      AScene scene = aScene(MYSQL, 2).record(epoch(6, 1), 2).down(1);

      assertThat(why(scene.next())).endsWith("db-1 acknowledged alone, and is not in hand");
    }

    @Test
    void butItself() {
      AScene scene = aScene(MYSQL, 2).record(epoch(6, 1), 2).restarted(1);

      assertThat(acts(scene.next())).containsExactly("TakeOffice db-1: epoch 16: db-1, alone");
    }

    @ParameterizedTest
    @EnumSource
    void partedOnesAreRefused(Engine engine) {
      Decision decision = aScene(engine, 3).writes(2).writes(3).down(1).fenced(2, 3).next();

      assertThat(decision).isInstanceOf(Decision.Refused.class);
      assertThat(why(decision)).contains("db-2, db-3 have parted");
    }

    @Test
    void anElectionTooManyIsRefused() {
      Decision decision = aScene(MYSQL, 3).down(1).failedOver(5).next();

      assertThat(why(decision))
          .isEqualTo("5 fail-overs in 600 s: no more until a person has looked");
    }
  }

  @Nested
  class AnOpenPrimaryThatItsAckersHaveLost {

    @ParameterizedTest
    @EnumSource
    void isReplacedStepByStep(Engine engine) {
      AScene scene = aScene(engine, 3).with(2, this::inVain).with(3, this::inVain).since(LONG);

      assertThat(acts(scene.next())).containsExactly("Fence db-2", "Fence db-3");
      scene.fenced(2, 3);
      assertThat(acts(scene.next())).containsExactly("Promote db-2");
      scene.promoted(2);
      assertThat(acts(scene.next())).containsExactly("Follow db-3 db-2 acker");
      scene.following(3, 2);
      assertThat(acts(scene.next()))
          .containsExactly("TakeOffice db-2: epoch 15: db-2, acknowledged by db-3");
      scene.record(epoch(15, 2, 3), 3);
      assertThat(acts(scene.next())).containsExactly("Open db-2");
    }

    @Test
    void isNotReplacedByAckersThatHavePartedForTheyWouldLookForItNoMore() {
      AScene scene =
          aScene(MYSQL, 3)
              .writes(2)
              .writes(3)
              .with(2, this::inVain)
              .with(3, this::inVain)
              .since(LONG);

      assertThat(why(scene.next())).contains("db-2, db-3 have parted");
    }

    private void inVain(SimNode node) {
      node.disconnect();
      node.ioError = SimNode.CR_CONNECTION;
    }
  }

  /** db-3 may have acknowledged what db-2 lacks; it is not in db-2's S only by that record. */
  @Nested
  class ARecordThatNoneOfItsAckersHasHeardOf {
    private AScene scene() {
      return aScene(MYSQL, 3)
          .record(epoch(6, 1, 2))
          .restarted(1)
          .fenced(2)
          .unreached(3)
          .since(LONG);
    }

    @Test
    void isFetchedFromItsPrimaryHoweverLongThatTakes() {
      assertThat(acts(scene().next())).containsExactly("Resume db-2 acker");

      Decision unable =
          scene().with(2, n -> n.io = true).with(2, n -> n.ioError = SimNode.CR_CONNECTION).next();
      assertThat(why(unable)).contains("db-1 holds what no acker has yet");
    }

    @Test
    void electsNobody() {
      Decision decision = scene().with(1, n -> n.paused = true).unlocked(1).next();

      assertThat(why(decision))
          .isEqualTo(
              "db-1 has lost its office: it is read-only; no election, for none of db-2 has heard of epoch 6, and db-1 alone holds what was acknowledged before it");
    }
  }

  @Nested
  class TheTailOfARestartedPrimary {

    @Test
    void isFetchedFirst() {
      AScene scene =
          aScene(MYSQL, 3)
              .received()
              .restarted(1)
              .with(2, n -> n.connected = true)
              .with(3, n -> n.ioError = 2003);

      assertThat(acts(scene.next())).containsExactly("CatchUp db-2");
    }

    @Test
    void byWhoeverWasFenced() {
      AScene scene = aScene(MYSQL, 3).received().restarted(1).fenced(2, 3);

      assertThat(acts(scene.next())).containsExactly("Resume db-2 acker", "Resume db-3 acker");
    }

    @Test
    void isLeftBehindAfterAWhileForItIsNotAcknowledged() {
      AScene scene = aScene(MYSQL, 3).received().restarted(1).fenced(2, 3).since(LONG);

      assertThat(acts(scene.next())).containsExactly("Promote db-2");
    }

    @Test
    void isWaitedForWhereAnAckerIsMissing() {
      AScene scene = aScene(MYSQL, 3).received().restarted(1).unreached(3).since(LONG);

      assertThat(why(scene.next())).contains("db-1 holds what no acker has yet");
    }
  }

  @Nested
  class AfterAStopOfEverything {

    @ParameterizedTest
    @EnumSource
    void theSamePrimaryIsOpenedAgainInANewEpoch(Engine engine) {
      AScene scene = aScene(engine, 3).restarted(1).restarted(2).restarted(3);
      String acker = engine == MYSQL ? " acker" : "";

      assertThat(acts(scene.next())).containsExactly("Resume db-2" + acker, "Resume db-3" + acker);
      scene.following(2, 1).following(3, 1);
      assertThat(acts(scene.next()))
          .containsExactly("TakeOffice db-1: epoch 6: db-1, acknowledged by db-2, db-3");
    }

    @Test
    void itIsWaitedForAWhile() {
      AScene scene = aScene(MYSQL, 3).down(1).restarted(2).restarted(3);

      assertThat(why(scene.next())).contains("all were restarted, and db-1 is waited for");
      assertThat(acts(scene.since(LONG).next())).containsExactly("Promote db-2");
    }

    @Test
    void notIfAnAckerHasMore() {
      AScene scene = aScene(MYSQL, 3).restarted(1).restarted(2).restarted(3).writes(2);

      assertThat(acts(scene.next())).doesNotContain("Resume db-2 acker");
    }

    @Test
    void notIfAnAckerDoesNotKnowTheRecordForThenItMayNotBeTheOnlyOne() {
      AScene scene =
          aScene(MYSQL, 3)
              .record(epoch(6, 1, 2, 3), 2)
              .restarted(1)
              .following(2, 1)
              .following(3, 1);

      assertThat(acts(scene.next())).doesNotContain("TakeOffice db-1");
    }
  }

  @Nested
  class TwoNodes {

    @Test
    void theReplicaGoesOnAlone() {
      AScene scene = aScene(MYSQL, 2).down(1).promoted(2);

      assertThat(acts(scene.next())).containsExactly("TakeOffice db-2: epoch 15: db-2, alone");
    }

    @Test
    void orWaitsWhereNothingMayBeLost() {
      Decision decision = aScene(MYSQL, 2).down(1).promoted(2).lossless().next();

      assertThat(why(decision)).endsWith("durability is lossless, and no replica follows db-2");
    }

    /** The same transactions in another order, by which no MariaDB can follow the other. */
    @Test
    void aPersonHasToLookWherePositionsHaveParted() {
      AScene scene = aScene(MARIADB, 2).writes(1).restarted(1).promoted(2).lossless();
      scene.with(
          2,
          n -> {
            n.originate(new SimNode.Content.Write());
            n.visible = n.log.size();
          });
      scene.crossed(1, 2);

      Decision decision = scene.since(LONG).next();

      assertThat(why(decision))
          .endsWith(
              "durability is lossless, and no replica follows db-2: their positions have parted");
      assertThat(decision).isInstanceOf(Decision.Refused.class);
    }

    @Test
    void theErrantOneIsTold() {
      Decision decision =
          aScene(MYSQL, 2).writes(1).restarted(1).promoted(2).lossless().since(LONG).next();

      assertThat(quarantined(decision)).containsKey(id(1));
    }
  }

  @Test
  void theEpochOfAnElectionOutranksWhatADeposedPrimaryMayHold() {
    List<String> acts = acts(aScene(MYSQL, 3).down(1).promoted(2).following(3, 2).next());

    assertThat(acts).singleElement().asString().contains("epoch 15");
    assertThat(Rules.TERM).isGreaterThan(1);
  }
}
