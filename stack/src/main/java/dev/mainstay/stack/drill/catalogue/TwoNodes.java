package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import java.time.Duration;

/** The primary of two dies: the last node takes over and acknowledges alone until it is back. */
final class TwoNodes implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(5);

  @Override
  public String name() {
    return "two-nodes";
  }

  @Override
  public String story() {
    return "kill -9 the primary of a cluster of two nodes";
  }

  @Override
  public Promise promise() {
    return Limits.KILLED;
  }

  @Override
  public Shape shape() {
    return Shape.ofReplicas(1);
  }

  @Override
  public void perform(Stage stage) {
    stage.kill(stage.primary(), DOWN);
  }
}
