package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A server is drained, put into maintenance, and put back. */
final class Drain implements Drill {

  private static final Duration EACH = Duration.ofSeconds(8);
  private static final Duration SLOW_START = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "drain";
  }

  @Override
  public String story() {
    return "drain a web-app, put it into maintenance, and make it ready again";
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
    Name one = servers.getFirst();
    Name other = servers.getLast();
    for (String state : List.of("DRAIN", "MAINT")) {
      stage.set(one, state);
      stage.watchDivision(Map.of(one, 0, other, 1), EACH);
    }
    stage.set(one, "READY");
    stage.awaitWholeWeight(one, SLOW_START);
    stage.watchDivision(Map.of(one, 1, other, 1), EACH);
  }
}
