package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Role;
import java.time.Duration;

/** A web-app that answers, but slowly: it stands still half of the time. */
final class SlowServer implements Drill {

  private static final Duration LENGTH = Duration.ofSeconds(15);
  private static final Duration STEP = Duration.ofMillis(200);

  @Override
  public String name() {
    return "slow-server";
  }

  @Override
  public String story() {
    return "SIGSTOP and SIGCONT a web-app in turns of 200 ms for 15 s";
  }

  @Override
  public Promise promise() {
    return Limits.SERVER_SILENT;
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    stage.stutter(stage.all(Role.WEB_APP).getFirst(), LENGTH, STEP, STEP);
  }
}
