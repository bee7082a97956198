package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The primary dies, and so does the controller that replaces it, in the middle of doing so; and
 * that once for every step there is.
 *
 * @param steps before each of which a leader dies
 */
record LeaderKill(List<String> steps) implements Drill {

  /** The steps of replacing a dead primary, as the controllers call them. */
  static final List<String> STEPS =
      List.of(
          "Fence",
          "Drain",
          "Promote",
          "Follow",
          "TakeOffice",
          "TakeOffice.promote",
          "TakeOffice.record",
          "TakeOffice.open",
          "Open");

  private static final Duration DOWN = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration BETWEEN = Duration.ofSeconds(2);

  LeaderKill {
    steps = List.copyOf(steps);
  }

  @Override
  public String name() {
    return "leader-kill";
  }

  @Override
  public String story() {
    return "kill -9 the primary, and the leading controller before its step, for each of %d steps"
        .formatted(steps.size());
  }

  /** As long as a write waits for a primary. */
  @Override
  public Promise promise() {
    return new Promise(Duration.ofSeconds(8), Optional.empty(), true);
  }

  @Override
  public Shape shape() {
    return new Shape(2, false, true);
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    for (String step : steps) {
      stage.arm(step);
      stage.kill(stage.primary(), DOWN);
      // A stack that has not noticed yet looks whole.
      stage.await(DOWN);
      Optional<String> missing = stage.awaitWhole(PATIENCE);
      if (missing.isPresent()) {
        throw new Problem(
            "%d s after the leader died before the step %s: %s"
                .formatted(PATIENCE.toSeconds(), step, missing.get()));
      }
      if (!stage.struck()) {
        stage.disarm();
        throw new Problem(
            "The controllers replaced the primary without the step %s, so none died before it."
                .formatted(step));
      }
      stage.await(BETWEEN);
    }
  }
}
