package dev.mainstay.db.failover;

import static dev.mainstay.db.Engine.MARIADB;
import static dev.mainstay.db.Engine.MYSQL;
import static dev.mainstay.db.failover.AScene.aScene;
import static dev.mainstay.db.failover.AScene.epoch;
import static dev.mainstay.db.failover.AScene.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.Engine;
import org.junit.jupiter.api.Test;

class RebuildingTest {

  /** The first node was killed with a write that nobody acknowledged, and the second took over. */
  private static AScene failedOver(Engine engine) {
    return aScene(engine, 3)
        .writes(1)
        .restarted(1)
        .promoted(2)
        .following(3, 2)
        .record(epoch(15, 2, 3), 3)
        .open(2);
  }

  private static Rebuilding verdict(AScene scene, int number) {
    return Rebuilding.of(scene.build(), id(number));
  }

  private static String refusal(AScene scene, int number) {
    return verdict(scene, number) instanceof Rebuilding.Refused(String why) ? why : "";
  }

  @Test
  void aFormerPrimaryGetsItsSuccessorsData() {
    assertThat(verdict(failedOver(MYSQL), 1))
        .isInstanceOfSatisfying(
            Rebuilding.Possible.class,
            possible -> {
              assertThat(possible.node()).isEqualTo(id(1));
              assertThat(possible.donor()).isEqualTo(id(2));
              assertThat(possible.why()).startsWith("it holds what db-2 lacks: ");
            });
  }

  @Test
  void whoCanJoinKeepsWhatItHas() {
    AScene scene = aScene(MYSQL, 3).restarted(1).promoted(2).following(3, 2);

    assertThat(refusal(scene.record(epoch(15, 2, 3), 3).open(2), 1))
        .isEqualTo("db-1 can join as it is");
  }

  @Test
  void whoMayHaveAcknowledgedIsTakenOffTheRecordFirst() {
    assertThat(refusal(aScene(MYSQL, 3).writes(3).fenced(3), 3))
        .isEqualTo("db-3 is an acker on record");
  }

  @Test
  void itsNumbersAreGivenAgainSoNobodyElseMayHoldThem() {
    assertThat(refusal(failedOver(MYSQL).unreached(3), 1))
        .isEqualTo("db-3 is not reached, and may hold what is errant on db-1");

    AScene received = aScene(MYSQL, 3).received(3).restarted(1).promoted(2).fenced(3);
    assertThat(refusal(received.record(epoch(15, 2)).open(2), 1))
        .isEqualTo("db-3 holds some of what is errant on db-1");
  }

  @Test
  void notWithoutAPrimaryToCopyFromNorTheOneItself() {
    assertThat(refusal(failedOver(MYSQL).closed(2).restarted(2), 1))
        .isEqualTo("there is no primary in office to copy from");
    assertThat(refusal(failedOver(MYSQL), 2)).isEqualTo("db-2 is the primary");
    assertThat(refusal(failedOver(MYSQL).open(1), 1)).isEqualTo("db-1 is open");
    assertThat(refusal(failedOver(MYSQL).unreached(1), 1)).startsWith("db-1 is not reached");
  }

  @Test
  void whoseSourceHasThrownItsLogsAwayIsRebuiltToo() {
    AScene scene =
        aScene(MYSQL, 3)
            .with(3, n -> n.ioError = SimNode.ER_SOURCE_FATAL)
            .fenced(3)
            .record(epoch(6, 1, 2), 2);

    assertThat(verdict(scene, 3))
        .isEqualTo(new Rebuilding.Possible(id(3), id(1), "it cannot follow db-1"));
  }

  @Test
  void soIsOneOfMariadbWhoeverElseIsReachedForItsNumbersAreNotGivenAgain() {
    AScene scene =
        aScene(MARIADB, 3).record(epoch(6, 1, 2), 2).fenced(3).writes(3).writes(1).unreached(2);

    assertThat(verdict(scene, 3))
        .isInstanceOfSatisfying(
            Rebuilding.Possible.class,
            possible -> {
              assertThat(possible.node()).isEqualTo(id(3));
              assertThat(possible.donor()).isEqualTo(id(1));
            });
  }
}
