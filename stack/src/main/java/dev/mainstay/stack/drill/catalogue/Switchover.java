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
  private static final Duration GLANCE = Duration.ofMillis(200);
  private static final int ATTEMPTS = 50;
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
      move(stage, replicas.get(time % replicas.size()));
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

  /** One that lags for the moment is refused, which changes nothing; each refusal is told. */
  private static void move(Stage stage, Name to) throws InterruptedException {
    for (int attempt = 1; true; attempt++) {
      try {
        stage.switchOver(to);
        return;
      } catch (Problem refused) {
        if (attempt == ATTEMPTS) {
          throw refused;
        }
        stage.say(String.valueOf(refused.getMessage()));
        stage.await(GLANCE);
      }
    }
  }
}
