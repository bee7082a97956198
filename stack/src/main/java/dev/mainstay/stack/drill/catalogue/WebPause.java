package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import java.time.Duration;

/** A web-app hangs: it takes connections and answers nothing. */
final class WebPause implements Drill {

  private static final Duration LENGTH = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "web-pause";
  }

  @Override
  public String story() {
    return "SIGSTOP a web-app for 20 s, then SIGCONT";
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
    Name server = stage.all(Role.WEB_APP).getFirst();
    stage.pause(server);
    stage.await(LENGTH);
    stage.resume(server);
  }
}
