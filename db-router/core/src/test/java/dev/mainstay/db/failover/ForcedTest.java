package dev.mainstay.db.failover;

import static dev.mainstay.db.Engine.MYSQL;
import static dev.mainstay.db.failover.AScene.aScene;
import static dev.mainstay.db.failover.AScene.acts;
import static dev.mainstay.db.failover.AScene.id;
import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(Course.force(scene.build(), id(2), 5))
        .isEqualTo(
            Decision.act(
                new Step.TakeOffice(id(2), AScene.epoch(1005, 2), Set.of(id(1), id(3)), "forced")));
  }

  @Test
  void isOverWhenAnotherEpochIsInForce() {
    assertThat(acts(Course.force(aScene(MYSQL, 3).down(1).build(), id(2), 4)))
        .containsExactly("Refused");
  }
}
