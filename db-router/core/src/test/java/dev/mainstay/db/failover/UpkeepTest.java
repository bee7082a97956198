package dev.mainstay.db.failover;

import static dev.mainstay.db.Engine.MARIADB;
import static dev.mainstay.db.Engine.MYSQL;
import static dev.mainstay.db.failover.AScene.aScene;
import static dev.mainstay.db.failover.AScene.acts;
import static dev.mainstay.db.failover.AScene.epoch;
import static dev.mainstay.db.failover.AScene.id;
import static dev.mainstay.db.failover.AScene.quarantined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.failover.SimNode.Content;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UpkeepTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void aHealthyClusterIsLeftAlone() {
    assertThat(acts(aScene(MYSQL, 3).next())).containsExactly("Settled");
    assertThat(acts(aScene(MARIADB, 5).next())).containsExactly("Settled");
  }

  @Test
  void aRestartedReplicaResumes() {
    assertThat(acts(aScene(MYSQL, 3).restarted(3).next())).containsExactly("Resume db-3 acker");
  }

  @Test
  void onMariadbItAcknowledgesOnlyOnceItHasCaughtUp() {
    AScene scene = aScene(MARIADB, 3).restarted(3);
    assertThat(acts(scene.next())).containsExactly("Resume db-3");

    scene.following(3, 1).with(3, n -> n.acknowledge(false)).with(3, n -> n.connected = true);
    assertThat(acts(scene.received().next())).containsExactly("Settled");
    assertThat(acts(scene.with(3, n -> catchUp(scene, n)).next()))
        .containsExactly("Acknowledge db-3 on");
  }

  @Test
  void whatWaitsThoughAnAckerHasItIsVouchedFor() {
    assertThat(acts(waiting().since(Duration.ofMillis(999)).next())).containsExactly("Settled");
    assertThat(acts(waiting().since(Duration.ofSeconds(1)).next()))
        .containsExactly("Vouch db-1 db-2 run-0:14");
    assertThat(acts(waiting().unlocked(1, 2).since(Duration.ofSeconds(1)).next()))
        .containsExactly("Settled");
    assertThat(
            acts(
                waiting()
                    .with(2, n -> n.acknowledge(false))
                    .with(3, n -> n.acknowledge(false))
                    .since(Duration.ofSeconds(1))
                    .next()))
        .containsExactly("Acknowledge db-2 on", "Acknowledge db-3 on");
  }

  @Test
  void oneVouchesOnceASecond() {
    AScene scene = waiting().since(Duration.ofSeconds(1));

    assertThat(acts(scene.vouched().next())).containsExactly("Settled");
  }

  private static AScene waiting() {
    return aScene(MARIADB, 3)
        .with(1, n -> n.waiting.add(new SimNode.Waiting(10, true, () -> {})))
        .with(2, n -> n.cursor = 10)
        .with(3, n -> n.cursor = 9);
  }

  @Test
  void whatGoesOnIsNotVouchedFor() {
    AScene scene = waiting().since(Duration.ofSeconds(1));

    assertThat(acts(scene.received(2, 3).next())).containsExactly("Settled");
  }

  private static void catchUp(AScene scene, SimNode node) {
    scene.with(
        1,
        primary -> {
          node.append(primary.log.getLast());
          node.visible = node.log.size();
        });
  }

  @Test
  void aFormerPrimaryJoins() {
    AScene scene =
        aScene(MYSQL, 3)
            .restarted(1)
            .promoted(2)
            .following(3, 2)
            .record(epoch(15, 2, 3), 3)
            .open(2);

    assertThat(acts(scene.next())).containsExactly("Follow db-1 db-2");
  }

  @Test
  void itGrowsTheAckerSetOnRecordBeforeItAcknowledges() {
    AScene scene =
        aScene(MYSQL, 3)
            .restarted(1)
            .promoted(2)
            .following(3, 2)
            .record(epoch(15, 2, 3), 3, 1)
            .open(2)
            .following(1, 2)
            .with(1, n -> n.semiReplica = false);

    assertThat(acts(scene.next()))
        .containsExactly("RecordAckers db-2: epoch 16: db-2, acknowledged by db-1, db-3");
    assertThat(acts(scene.record(epoch(16, 2, 1, 3), 1, 3).next()))
        .containsExactly("Acknowledge db-1 on");
  }

  @Test
  void beforeThePrimaryIsOpenOnlyWhatOpensItIsDone() {
    AScene scene =
        aScene(MYSQL, 3)
            .restarted(1)
            .promoted(2)
            .following(3, 2)
            .with(3, n -> n.semiReplica = false)
            .with(3, n -> n.agreed = false)
            .record(epoch(15, 2, 3), 3);

    assertThat(acts(scene.next())).containsExactly("Acknowledge db-3 on");
  }

  @Test
  void whoConnectsAnewToBeTheFirstToAcknowledgeIsNotSwitchedOffAgain() {
    AScene scene = aScene(MYSQL, 3).record(epoch(15, 1), 2, 3);

    scene.with(2, SimNode::disconnect).with(3, SimNode::disconnect);

    assertThat(acts(scene.next())).containsExactly("Settled");
  }

  @Test
  void anErrantNodeIsQuarantinedAndFenced() {
    Decision decision = aScene(MYSQL, 3).writes(3).next();

    assertThat(acts(decision)).containsExactly("Fence db-3");
    assertThat(quarantined(decision).get(id(3))).startsWith("it holds what db-1 lacks");
  }

  @Test
  void aNodeThatPromisedToAnAckerIsNotTakenBackWithoutIt() {
    AScene scene = aScene(MYSQL, 3).following(3, 2).fenced(3);

    assertThat(acts(scene.unlocked(2).next())).containsExactly("Settled");
    assertThat(acts(aScene(MYSQL, 3).following(3, 2).fenced(3).next()))
        .containsExactly("Follow db-3 db-1 acker");
  }

  @Test
  void aLongAbsentAckerIsExpelled() {
    assertThat(acts(aScene(MYSQL, 3).unreached(3).since(LONG).next()))
        .containsExactly("Expel db-1 [db-3]: epoch 6: db-1, acknowledged by db-2");
    assertThat(acts(aScene(MYSQL, 3).unreached(3).next())).containsExactly("Settled");
  }

  @Test
  void notTheLastOne() {
    AScene scene = aScene(MYSQL, 3).unreached(2, 3).since(LONG);

    assertThat(acts(scene.next())).containsExactly("Settled");
  }

  @Test
  void notWithoutAMajorityOfLocks() {
    AScene scene = aScene(MYSQL, 3).unreached(3).unlocked(2).since(LONG);

    assertThat(acts(scene.next())).containsExactly("Settled");
  }

  @Test
  void oneThatWasShutOutIsLetInAgainOnceItAcknowledgesNoMore() {
    AScene scene =
        aScene(MYSQL, 3)
            .record(epoch(6, 1, 2), 2)
            .with(3, n -> n.ioError = SimNode.ER_ACCOUNT_LOCKED)
            .with(3, SimNode::disconnect);

    assertThat(acts(scene.next())).containsExactly("Acknowledge db-3 off");
    scene.with(3, n -> n.semiReplica = false);
    assertThat(acts(scene.next())).containsExactly("LetIn db-1 db-3");
  }

  @Test
  void anOpenPrimaryOfFormerDaysIsClosedOrKilled() {
    AScene scene = aScene(MYSQL, 3).promoted(2).following(3, 2).record(epoch(15, 2, 3), 3).open(2);
    assertThat(acts(scene.next())).containsExactly("Close db-1");

    scene.with(1, n -> n.waiting.add(new SimNode.Waiting(99, true, () -> {})));
    assertThat(quarantined(scene.next()).get(id(1))).contains("kill it");
    assertThat(acts(scene.killable(1).next())).containsExactly("Kill db-1");
  }

  @Test
  void fromAloneTheReplicaAcknowledgesFirst() {
    AScene scene =
        aScene(MYSQL, 2)
            .record(epoch(6, 1), 2)
            .with(1, n -> n.semiSource = false)
            .with(2, n -> n.semiReplica = false)
            .with(2, n -> n.agreed = false);
    assertThat(acts(scene.next())).containsExactly("Acknowledge db-2 on");

    scene.with(2, n -> n.semiReplica = true).with(2, n -> n.agreed = true);
    assertThat(acts(scene.next())).containsExactly("Guard db-1");

    scene.with(1, n -> n.semiSource = true);
    assertThat(acts(scene.next()))
        .containsExactly("RecordAckers db-1: epoch 7: db-1, acknowledged by db-2");
  }

  @Test
  void fromAloneWhoIsNotThereIsShutOut() {
    AScene scene = aScene(MYSQL, 3).record(epoch(6, 1), 2).unreached(3);

    assertThat(acts(scene.next()))
        .containsExactly("Expel db-1 [db-3]: epoch 7: db-1, acknowledged by db-2");
  }

  @Test
  void aReplicaItsPrimaryCannotServeIsToldSo() {
    AScene scene = aScene(MYSQL, 3).fenced(3).with(3, n -> n.ioError = SimNode.ER_SOURCE_FATAL);

    assertThat(quarantined(scene.next()).get(id(3))).startsWith("it cannot follow db-1");
  }

  @Test
  void aClosedPrimaryIsOpenedAgainInItsEpoch() {
    assertThat(acts(aScene(MYSQL, 3).closed(1).next())).containsExactly("Open db-1");
  }

  @Test
  void aMariadbThatLostItsOwnTailJoinsByWayOfTheRecord() {
    AScene scene =
        aScene(MARIADB, 3)
            .received()
            .with(2, n -> {})
            .with(1, n -> n.originate(new Content.Write()));
    // db-2 and db-3 hold two transactions of db-1, which dropped them.
    scene.with(1, first -> scene.with(2, n -> take(first, n)).with(3, n -> take(first, n)));
    scene.with(
        1,
        n -> {
          n.durable = 10;
          n.crash(0);
          n.up = true;
        });
    scene.promoted(2).following(3, 2).record(epoch(15, 2, 3), 3).open(2);

    assertThat(acts(scene.next()))
        .containsExactly("RecordAckers db-2: epoch 16: db-2, acknowledged by db-1, db-3");
    assertThat(acts(scene.record(epoch(16, 2, 1, 3), 3).next()))
        .containsExactly("Follow db-1 db-2 acker");
  }

  private static void take(SimNode from, SimNode to) {
    for (SimNode.Tx tx : from.log) {
      if (!to.holds(tx)) {
        to.append(tx);
      }
    }
    to.visible = to.log.size();
    to.durable = to.visible;
  }

  @Test
  void twoClaimsCanBeMade() {
    Scene scene = aScene(MYSQL, 2).down(1).build();

    assertThat(Course.claim(scene.roster(), scene.members(), Set.of(id(2))))
        .isEqualTo(Course.Claim.ACKERS);
    assertThat(Course.claim(scene.roster(), scene.members(), Set.of(id(1), id(2))))
        .isEqualTo(Course.Claim.MAJORITY);
    assertThat(Course.claim(scene.roster(), scene.members(), Set.of()))
        .isEqualTo(Course.Claim.NONE);
  }
}
