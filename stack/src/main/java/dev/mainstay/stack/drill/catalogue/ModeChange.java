package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The pool goes from all that share to one that takes all, which then dies, and back. */
final class ModeChange implements Drill {

  private static final Duration EACH = Duration.ofSeconds(8);
  private static final Duration DOWN = Duration.ofSeconds(5);
  private static final Duration SHORTER_THAN_DOWN = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "mode";
  }

  @Override
  public String story() {
    return "active-passive, kill -9 the active web-app, then active-active again";
  }

  @Override
  public Promise promise() {
    return Limits.NOTHING_NOTICED;
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    List<Name> servers = stage.bothWebApps();
    Name active = servers.getFirst();
    Name passive = servers.getLast();
    stage.mode("active-passive");
    stage.watchDivision(Map.of(active, 1, passive, 0), EACH);
    stage.kill(active, DOWN);
    stage.awaitDown(active, PATIENCE);
    stage.watchDivision(Map.of(active, 0, passive, 1), SHORTER_THAN_DOWN);
    stage.awaitWholeWeight(active, PATIENCE);
    stage.watchDivision(Map.of(active, 1, passive, 0), EACH);
    stage.mode("active-active");
    stage.awaitWholeWeight(passive, PATIENCE);
    stage.watchDivision(Map.of(active, 1, passive, 1), EACH);
  }
}
