package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;
import java.util.Optional;

/**
 * Both replicas die: reads go on from the primary, and writes wait, for nobody is there whose copy
 * would make them safe.
 */
final class BothReplicasKill implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(3);

  @Override
  public String name() {
    return "both-replicas-kill";
  }

  @Override
  public String story() {
    return "kill -9 every replica, which are started again after 3 s";
  }

  /** As long as a write waits. */
  @Override
  public Promise promise() {
    return new Promise(Limits.HOLD, Optional.of(Duration.ofSeconds(1)), false)
        .noneAcknowledgedFor(DOWN);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) {
    for (Name replica : stage.replicas()) {
      stage.kill(replica, DOWN);
    }
  }
}
