package dev.mainstay.db.failover;

import static dev.mainstay.db.Engine.MARIADB;
import static dev.mainstay.db.Engine.MYSQL;
import static dev.mainstay.db.failover.AScene.aScene;
import static dev.mainstay.db.failover.AScene.acts;
import static dev.mainstay.db.failover.AScene.epoch;
import static dev.mainstay.db.failover.AScene.id;
import static dev.mainstay.db.failover.AScene.why;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SwitchoverTest {

  static Stream<Arguments> objections() {
    return Stream.of(
        Arguments.of(three(), 9, "db-9 is not a node of this cluster"),
        Arguments.of(three(), 1, "db-1 is primary already"),
        Arguments.of(three().unreached(2), 2, "db-2 is not reached, or of another cluster"),
        Arguments.of(
            three().writes(2),
            2,
            "db-2 is errant: it holds what db-1 lacks, 00000002-0000-0000-0000-000000000000:1"),
        Arguments.of(three().received(2), 2, "db-2 lags more than 1000 ms"));
  }

  static Stream<Arguments> whatPasses() {
    return Stream.of(
        Arguments.of(three().fenced(2), 2, "db-2 does not follow db-1"),
        Arguments.of(three().with(2, n -> n.agreed = false), 2, "db-2 does not acknowledge yet"),
        Arguments.of(three().record(epoch(6, 1, 2), 2, 3), 2, "db-3 does not acknowledge yet"),
        Arguments.of(three().unlocked(2), 2, "the locks of db-1 and db-2 are not held"));
  }

  private static AScene three() {
    return aScene(MYSQL, 3);
  }

  private static Decision to(AScene scene, int target) {
    return Course.switchover(scene.build(), id(target), false);
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("objections")
  void isRefusedWithTheReasonBeforeAnythingChanges(AScene scene, int target, String why) {
    Decision decision = to(scene, target);

    assertThat(decision).isInstanceOf(Decision.Refused.class);
    assertThat(why(decision)).isEqualTo(why);
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("whatPasses")
  void whatPassesByItselfIsWaitedForBeforeAnythingChanges(AScene scene, int target, String why) {
    Decision decision = to(scene, target);

    assertThat(decision).isInstanceOf(Decision.Await.class);
    assertThat(why(decision)).isEqualTo(why);
    assertThat(Course.switchover(scene.build(), id(target), true))
        .isEqualTo(new Decision.Refused(why));
  }

  @Test
  void onMysqlTheOthersFollowTheTargetBeforeThePrimaryIsClosed() {
    AScene scene = three().received(2);
    assertThat(acts(to(scene, 3))).containsExactly("Fence db-2");

    scene.fenced(2);
    assertThat(acts(to(scene, 3))).containsExactly("CatchUp db-3");
    scene.with(1, p -> scene.with(3, n -> n.append(p.log.getLast())));
    scene.with(3, n -> n.visible = n.log.size());
    assertThat(acts(to(scene, 3))).containsExactly("Follow db-2 db-3 acker");

    scene.with(2, n -> n.append(n.relay.removeFirst())).with(2, n -> n.visible = n.log.size());
    scene.following(2, 3);
    assertThat(acts(to(scene, 3))).containsExactly("Close db-1");
    assertThat(acts(to(scene.closed(1), 3)))
        .containsExactly(
            "CatchUp db-3",
            "Halt db-3",
            "TakeOffice db-3: epoch 15: db-3, acknowledged by db-2",
            "Forget db-3");
  }

  @Test
  void whoHasThePrimarysLatestHeartbeatDoesNotLagHoweverOldThatIs() {
    AScene scene = three().with(1, p -> p.originate(new SimNode.Content.Beat(0)));
    scene.with(1, p -> scene.with(2, n -> n.append(p.log.getLast())));
    scene.with(1, p -> p.visible = p.log.size()).with(2, n -> n.visible = n.log.size());

    assertThat(acts(to(scene.received(2), 2))).containsExactly("Fence db-3");
  }

  @Test
  void whoIsOneHeartbeatBehindMayBeBehindByNothing() {
    assertThat(acts(to(beatsApart(1_100), 2))).containsExactly("Fence db-3");
    assertThat(why(to(beatsApart(2_600), 2))).isEqualTo("db-2 lags more than 1000 ms");
  }

  /** The second replica has the last heartbeat but one, and has received the last. */
  private static AScene beatsApart(long millis) {
    AScene scene = three().with(1, p -> p.originate(new SimNode.Content.Beat(0)));
    scene.with(1, p -> scene.with(2, n -> n.append(p.log.getLast())));
    scene.with(
        1,
        p ->
            scene.with(2, n -> n.relay.add(p.originate(new SimNode.Content.Beat(1_000 * millis)))));
    return scene.with(1, p -> p.visible = p.log.size()).with(2, n -> n.visible = n.log.size());
  }

  @Test
  void aReplicaThatDoesNotReachTheTargetIsWaitedForAMomentOnly() {
    AScene scene =
        three()
            .with(
                2,
                n -> {
                  n.follow(3, true);
                  n.disconnect();
                });
    assertThat(to(scene, 3)).isInstanceOf(Decision.Await.class);

    assertThat(acts(to(scene.since(Duration.ofSeconds(2)), 3))).containsExactly("Close db-1");
    assertThat(acts(to(scene.closed(1), 3))).containsExactly("Promote db-3");
  }

  @Test
  void whatWasPreparedIsUndoneWithoutTheOrder() {
    assertThat(acts(three().following(2, 3).next())).containsExactly("Fence db-2");
    assertThat(acts(three().following(2, 3).fenced(2).next()))
        .containsExactly("Follow db-2 db-1 acker");
  }

  @Test
  void oneThatHoldsWhatThePrimaryLacksPreparesNothing() {
    AScene scene = three().following(2, 3).writes(2).closed(1);

    assertThat(acts(to(scene, 3))).noneMatch(step -> step.startsWith("TakeOffice"));
  }

  @Test
  void closesCatchesUpAndMovesTheOffice() {
    AScene scene = aScene(MARIADB, 3);
    assertThat(acts(to(scene, 3))).containsExactly("Close db-1");

    scene.closed(1).received();
    assertThat(acts(to(scene, 3))).containsExactly("CatchUp db-3");

    scene.with(1, p -> scene.with(3, n -> n.relay.add(p.log.getLast())));
    scene.with(
        3,
        n -> {
          n.append(n.relay.removeFirst());
          n.visible = n.log.size();
        });
    // Who has not received all yet is stopped before the target is compared with it.
    assertThat(acts(to(scene, 3))).containsExactly("Fence db-2");
    assertThat(acts(to(scene.fenced(2), 3))).containsExactly("Promote db-3");
    assertThat(acts(to(scene.promoted(3), 3))).containsExactly("Follow db-2 db-3 acker");
    scene.following(2, 3);
    assertThat(acts(to(scene, 3)))
        .containsExactly("TakeOffice db-3: epoch 15: db-3, acknowledged by db-2");
    assertThat(acts(to(scene.record(epoch(15, 3, 2), 2), 3))).containsExactly("Open db-3");
    assertThat(acts(scene.open(3).next())).containsExactly("Follow db-1 db-3");
  }

  @Test
  void isUndoneWhenItTakesTooLong() {
    assertThat(acts(Course.switchover(three().closed(1).build(), id(3), true)))
        .containsExactly("Open db-1");
  }

  @Test
  void whoTakesOverAfterTheClosingOpensThePrimaryAgain() {
    assertThat(acts(three().closed(1).next())).containsExactly("Open db-1");
  }
}
