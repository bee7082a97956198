package dev.mainstay.db.failover;

import static dev.mainstay.db.Engine.MYSQL;
import static dev.mainstay.db.failover.AScene.POLICY;
import static dev.mainstay.db.failover.AScene.aScene;
import static dev.mainstay.db.failover.AScene.acts;
import static dev.mainstay.db.failover.AScene.id;
import static dev.mainstay.db.failover.AScene.why;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.failover.SimNode.Waiting;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForcedTest {

  @Test
  void namesWhatIsLost() {
    Scene scene = aScene(MYSQL, 3).writes(3).down(1).build();

    assertThat(Course.losses(scene, id(2)))
        .containsExactly(
            "db-1 is not reached: what it holds and db-2 does not is lost, and it may still take part in acknowledging writes",
            "db-3 holds what db-2 lacks: 00000003-0000-0000-0000-000000000000:1");
  }

  @Test
  void goesOnWithoutTheMissingAndShutsThemOut() {
    AScene scene = aScene(MYSQL, 3).down(1).unreached(3).promoted(2);

    assertThat(scene.next()).isInstanceOf(Decision.Await.class);
    assertThat(Course.force(scene.build(), id(2), 5, false))
        .isEqualTo(
            Decision.act(
                new Step.TakeOffice(id(2), AScene.epoch(1005, 2), Set.of(id(1), id(3)), "forced")));
  }

  @Test
  void isOverWhenAnotherEpochIsInForce() {
    assertThat(acts(Course.force(aScene(MYSQL, 3).down(1).build(), id(2), 4, false)))
        .containsExactly("Refused");
  }

  @Test
  void closesAPrimaryThatIsOpenBeforeAnythingElse() {
    assertThat(acts(force(aScene(MYSQL, 3)))).containsExactly("Close db-1");
  }

  @Test
  void waitsForTheLockOfWhoeverIsOpen() {
    assertThat(why(force(aScene(MYSQL, 3).unlocked(1)))).isEqualTo("db-1 is open, and not in hand");
  }

  @Test
  void killsWhoCannotBeClosedOrRefuses() {
    Waiting commit = new Waiting(99, true, () -> {});
    AScene busy = aScene(MYSQL, 3).with(1, db1 -> db1.waiting.add(commit));
    AScene stuck = aScene(MYSQL, 3).fenced(2, 3).with(1, db1 -> db1.waiting.add(commit));

    assertThat(acts(force(busy))).containsExactly("Close db-1");
    assertThat(why(force(stuck))).isEqualTo("db-1 is open, and its commits wait: kill it before");
    assertThat(acts(force(stuck.killable(1)))).containsExactly("Kill db-1");
  }

  @Test
  void fetchesWhatTheClosedPrimaryStillSends() {
    AScene scene = aScene(MYSQL, 3).writes(1).closed(1);

    assertThat(acts(force(scene))).containsExactly("CatchUp db-2");
    assertThat(acts(force(scene.since(POLICY.patience()))))
        .containsExactly("Fence db-2", "Fence db-3");
  }

  @Test
  void waitsForATargetThatItHadKilled() {
    Scene scene = aScene(MYSQL, 3).down(2).closed(1).build();

    assertThat(Course.force(scene, id(2), 5, false))
        .isEqualTo(new Decision.Refused("db-2 is not in hand"));
    assertThat(Course.force(scene, id(2), 5, true))
        .isEqualTo(Decision.await("db-2 is not in hand"));
  }

  private static Decision force(AScene scene) {
    return Course.force(scene.build(), id(2), 5, false);
  }
}
