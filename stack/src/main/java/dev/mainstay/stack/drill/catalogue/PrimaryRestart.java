package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import java.time.Duration;
import java.util.Optional;

/** The primary dies and is back before anybody could be sure that it is gone. */
final class PrimaryRestart implements Drill {

  @Override
  public String name() {
    return "primary-restart";
  }

  @Override
  public String story() {
    return "kill -9 the primary, which is started again at once";
  }

  /** Whether it keeps its office or loses it is the controllers' business. */
  @Override
  public Promise promise() {
    return new Promise(Limits.KILLED.writePause(), Optional.empty(), Promise.Office.MAY_MOVE);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) {
    stage.kill(stage.primary(), Duration.ZERO);
  }
}
