package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import java.time.Duration;
import java.util.Optional;

/** Two controllers start at once, and the primary dies as soon as one of them can see it. */
final class ControllersRace implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(1);
  private static final Duration NODE_DOWN = Duration.ofSeconds(5);
  private static final Duration STARTED = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "controllers-race";
  }

  @Override
  public String story() {
    return "kill -9 both controllers, and the primary when they are just back";
  }

  /** As long as a write waits: who of them leads has to be settled first. */
  @Override
  public Promise promise() {
    return new Promise(Limits.HOLD, Optional.empty(), Promise.Office.MOVES);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    Name primary = stage.primary();
    for (Name controller : stage.all(Role.CONTROLLER)) {
      stage.kill(controller, DOWN);
    }
    stage.awaitController(STARTED);
    stage.kill(primary, NODE_DOWN);
  }
}
