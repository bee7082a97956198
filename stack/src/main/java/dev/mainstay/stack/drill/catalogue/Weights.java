package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Weights are changed while the requests come. */
final class Weights implements Drill {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration EACH = Duration.ofSeconds(8);

  @Override
  public String name() {
    return "weights";
  }

  @Override
  public String story() {
    return "set weights 1:1, 5:1, 0:1 and 3:4 on the go";
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
    for (int[] weights : new int[][] {{1, 1}, {5, 1}, {0, 1}, {3, 4}}) {
      stage.weigh(one, weights[0]);
      stage.weigh(other, weights[1]);
      stage.awaitWholeWeight(one, PATIENCE);
      stage.watchDivision(Map.of(one, weights[0], other, weights[1]), EACH);
    }
  }
}
