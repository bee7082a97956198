package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import java.time.Duration;
import java.util.Optional;

/** A gateway dies beside another that serves the same port. */
final class GatewayKill implements Drill {

  private static final Duration DOWN = Duration.ofSeconds(3);

  @Override
  public String name() {
    return "gateway-kill";
  }

  @Override
  public String story() {
    return "kill -9 one of two gateways that share a port";
  }

  @Override
  public Promise promise() {
    return new Promise(
            Limits.NEW_CONNECTION, Optional.of(Limits.NEW_CONNECTION), Promise.Office.STAYS)
        .exceptFor(Promise.Failures.IN_FLIGHT);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD.withGateways(2);
  }

  @Override
  public boolean inContainers() {
    return true;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    stage.kill(stage.spareGateways().getLast(), DOWN);
  }
}
