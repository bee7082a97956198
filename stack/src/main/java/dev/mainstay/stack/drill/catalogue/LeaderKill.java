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
 * @param perhaps steps that are taken only where there is something to do for them; a leader dies
 *     before those too, if they come
 */
record LeaderKill(List<String> steps, List<String> perhaps) implements Drill {

  /** The steps of replacing a dead primary and of letting it join again. */
  static final LeaderKill EVERYWHERE =
      new LeaderKill(
          List.of(
              "Fence",
              "Promote",
              "Follow",
              "TakeOffice",
              "TakeOffice.promote",
              "TakeOffice.record",
              "TakeOffice.open",
              "RecordAckers",
              "Acknowledge"),
          List.of("Drain", "CatchUp", "Open", "Resume", "LetIn", "Expel"));

  private static final Duration DOWN = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration BETWEEN = Duration.ofSeconds(5);

  LeaderKill {
    steps = List.copyOf(steps);
    perhaps = List.copyOf(perhaps);
  }

  @Override
  public String name() {
    return "leader-kill";
  }

  @Override
  public String story() {
    return "kill -9 the primary, and the leading controller before its step, for each of %d steps"
        .formatted(steps.size() + perhaps.size());
  }

  /** As long as a write waits for a primary. */
  @Override
  public Promise promise() {
    return new Promise(Limits.HOLD, Optional.empty(), Promise.Office.MOVES);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD.withHook();
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    for (String step : steps) {
      if (!strike(stage, step)) {
        throw new Problem(
            "The controllers replaced the primary without the step %s, so none died before it."
                .formatted(step));
      }
    }
    for (String step : perhaps) {
      if (!strike(stage, step)) {
        stage.say("there was nothing to do for the step " + step);
      }
    }
  }

  /** Returns whether a leader died before the step. */
  private static boolean strike(Stage stage, String step) throws InterruptedException {
    stage.say("the next leader dies before its step " + step);
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
    // The last steps come after the node is back.
    stage.await(BETWEEN);
    boolean struck = stage.struck();
    stage.disarm();
    return struck;
  }
}
