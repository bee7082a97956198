package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import java.time.Duration;
import java.util.Optional;

/** A replica dies: neither reads nor writes need it. */
final class ReplicaKill implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(5);

  @Override
  public String name() {
    return "replica-kill";
  }

  @Override
  public String story() {
    return "kill -9 a replica, which is started again after 5 s";
  }

  @Override
  public Promise promise() {
    return new Promise(
        Duration.ofSeconds(1), Optional.of(Duration.ofSeconds(1)), Promise.Office.MAY_MOVE);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) {
    stage.kill(stage.replica(), DOWN);
  }
}
