package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;

/**
 * The primary stops answering, connections and all, and wakes when it has long been replaced.
 *
 * @param length of its sleep
 */
record PrimaryPause(Duration length) implements Drill {

  @Override
  public String name() {
    return "primary-pause";
  }

  @Override
  public String story() {
    return "SIGSTOP the primary for %d s, then SIGCONT".formatted(length.toSeconds());
  }

  @Override
  public Promise promise() {
    return Limits.SILENT;
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    Name primary = stage.primary();
    stage.pause(primary);
    stage.await(length);
    stage.resume(primary);
  }
}
