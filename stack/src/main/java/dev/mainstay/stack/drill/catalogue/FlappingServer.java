package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import java.time.Duration;

/** A web-app dies each time it has come back. */
final class FlappingServer implements Drill {

  private static final int TIMES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "flapping-server";
  }

  @Override
  public String story() {
    return "kill -9 a web-app three times, each time when it is back";
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
    Name server = stage.all(Role.WEB_APP).getFirst();
    for (int time = 0; time < TIMES; time++) {
      stage.kill(server, Duration.ZERO);
      stage.awaitDown(server, PATIENCE);
      stage.awaitWholeWeight(server, PATIENCE);
    }
  }
}
