package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import java.time.Duration;

/** The primary dies, and comes back a while after somebody else has its office. */
final class PrimaryKill implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(5);

  @Override
  public String name() {
    return "primary-kill";
  }

  @Override
  public String story() {
    return "kill -9 the primary, which is started again after 5 s";
  }

  @Override
  public Promise promise() {
    return Limits.KILLED;
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public boolean inContainers() {
    return true;
  }

  @Override
  public void perform(Stage stage) {
    stage.kill(stage.primary(), DOWN);
  }
}
