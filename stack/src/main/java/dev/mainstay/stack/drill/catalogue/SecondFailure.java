package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;

/**
 * The primary dies when a replica has long been dead: that one must be out of the acker set by
 * then, or the other alone could not succeed.
 */
final class SecondFailure implements Drill {

  private static final Duration ALONE = Duration.ofSeconds(60);
  private static final Duration DOWN = Duration.ofSeconds(5);

  @Override
  public String name() {
    return "second-failure";
  }

  @Override
  public String story() {
    return "kill -9 the primary when a replica has been dead for %d s".formatted(ALONE.toSeconds());
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
  public void perform(Stage stage) throws InterruptedException {
    Name replica = stage.replica();
    stage.kill(replica, ALONE.plus(DOWN.multipliedBy(2)));
    stage.await(ALONE);
    stage.kill(stage.primary(), DOWN);
    stage.await(DOWN);
  }
}
