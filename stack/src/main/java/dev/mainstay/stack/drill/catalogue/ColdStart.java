package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The power fails for all nodes and controllers, and one replica does not come back with the rest.
 */
final class ColdStart implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(2);
  private static final Duration MISSING = Duration.ofSeconds(60);
  private static final Duration BACK = Duration.ofSeconds(40);

  @Override
  public String name() {
    return "cold-start";
  }

  @Override
  public String story() {
    return "kill -9 all nodes and controllers; one replica stays dead for %d s"
        .formatted(MISSING.toSeconds());
  }

  @Override
  public Promise promise() {
    return new Promise(Duration.ofSeconds(30), Optional.empty(), Promise.Office.MAY_MOVE)
        .exceptFor(Promise.Failures.OUTAGE);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    Name missing = stage.replica();
    List<Name> others = new ArrayList<>(stage.all(Role.CONTROLLER));
    others.addAll(stage.all(Role.NODE));
    others.remove(missing);
    stage.kill(missing, MISSING);
    for (Name name : others) {
      stage.kill(name, DOWN);
    }
    stage.await(BACK);
  }
}
