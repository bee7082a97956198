package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import java.time.Duration;
import java.util.List;

/**
 * The office goes from node to node, as planned.
 *
 * @param times how often
 */
record Switchover(int times) implements Drill {

  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "switchover";
  }

  @Override
  public String story() {
    return "make another node the primary, %d times in a row".formatted(times);
  }

  @Override
  public Promise promise() {
    return Limits.PLANNED;
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
  public void perform(Stage stage) throws InterruptedException {
    for (int time = 0; time < times; time++) {
      List<Name> replicas = stage.replicas();
      if (replicas.isEmpty()) {
        throw new Problem("There is no replica to switch over to.");
      }
      stage.switchOver(replicas.get(time % replicas.size()));
      stage
          .awaitWhole(PATIENCE)
          .ifPresent(
              missing -> {
                throw new Problem(
                    "%d s after a switchover: %s".formatted(PATIENCE.toSeconds(), missing));
              });
      stage.await(BETWEEN);
    }
  }
}
