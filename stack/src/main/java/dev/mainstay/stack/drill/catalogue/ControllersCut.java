package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import java.time.Duration;
import java.util.Optional;

/**
 * No controller reaches the primary any more, while its replicas and the web-apps do: it is not
 * dead, and nobody is to act as if it were.
 */
final class ControllersCut implements Drill {

  private static final Duration LENGTH = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "controllers-cut";
  }

  @Override
  public String story() {
    return "cut every controller off from the primary alone for %d s".formatted(LENGTH.toSeconds());
  }

  @Override
  public Promise promise() {
    return new Promise(
        Duration.ofSeconds(1), Optional.of(Duration.ofSeconds(1)), Promise.Office.STAYS);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD.withLinks();
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    Name primary = stage.primary();
    for (Name controller : stage.all(Role.CONTROLLER)) {
      stage.cut(controller, primary);
    }
    stage.await(LENGTH);
    stage.heal(primary);
  }
}
