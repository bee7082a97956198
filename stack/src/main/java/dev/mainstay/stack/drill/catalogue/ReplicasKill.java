package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;
import java.util.Optional;

/**
 * All replicas die: reads go on from the primary, and writes wait, for nobody is there whose copy
 * would make them safe.
 *
 * @param shape with two replicas, or with one
 */
record ReplicasKill(String name, Shape shape) implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(3);

  @Override
  public String story() {
    return "kill -9 %s, started again after %d s"
        .formatted(
            shape.replicas() == 1 ? "the replica of a cluster of two nodes" : "every replica",
            DOWN.toSeconds());
  }

  /** As long as a write waits. */
  @Override
  public Promise promise() {
    return new Promise(Limits.HOLD, Optional.of(Duration.ofSeconds(1)), Promise.Office.MAY_MOVE)
        .noneAcknowledgedFor(DOWN);
  }

  @Override
  public void perform(Stage stage) {
    for (Name replica : stage.replicas()) {
      stage.kill(replica, DOWN);
    }
  }
}
