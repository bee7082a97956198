package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Role;
import java.time.Duration;

/** A web-app dies: what it had in flight is sent to another. */
final class WebKill implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(3);

  @Override
  public String name() {
    return "web-kill";
  }

  @Override
  public String story() {
    return "kill -9 a web-app, which is started again after 3 s";
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
  public boolean inContainers() {
    return true;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    stage.kill(stage.all(Role.WEB_APP).getFirst(), DOWN);
  }
}
