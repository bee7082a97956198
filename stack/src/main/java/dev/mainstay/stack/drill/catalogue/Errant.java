package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import java.time.Duration;
import java.util.Optional;

/** A replica gets a transaction of its own: it is left out, and nobody else notices. */
final class Errant implements Drill {

  private static final Duration NOTICED = Duration.ofSeconds(10);

  @Override
  public String name() {
    return "errant";
  }

  @Override
  public String story() {
    return "write on a replica, past the primary";
  }

  @Override
  public Promise promise() {
    return new Promise(
        Duration.ofSeconds(1), Optional.of(Duration.ofSeconds(1)), Promise.Office.MAY_MOVE);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    Name replica = stage.replica();
    stage.err(replica);
    stage.awaitQuarantine(replica, NOTICED);
  }
}
