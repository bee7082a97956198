package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;

/**
 * The primary lives, but neither the replicas nor the controllers nor the first web-app reach it.
 * The second web-app does: there are clients on both sides.
 *
 * @param length of the cut
 */
record PrimaryPartition(Duration length) implements Drill {

  @Override
  public String name() {
    return "primary-partition";
  }

  @Override
  public String story() {
    return "cut the primary off from replicas, controllers and one web-app for %d s"
        .formatted(length.toSeconds());
  }

  @Override
  public Promise promise() {
    return Limits.SILENT;
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD.withLinks();
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    Name primary = stage.primary();
    stage.cutOff(primary);
    stage.await(length);
    stage.heal(primary);
  }
}
