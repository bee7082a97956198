package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;

/** Everything in front of the databases is replaced, one after the other, as an upgrade does it. */
final class RollingRestart implements Drill {

  @Override
  public String name() {
    return "rolling-restart";
  }

  @Override
  public String story() {
    return "restart every web-app, then every gateway, one after the other";
  }

  @Override
  public Promise promise() {
    return Limits.NOTHING_NOTICED;
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
  public boolean clientsReconnect() {
    return true;
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    for (Name server : stage.all(Role.WEB_APP)) {
      stage.restart(server);
    }
    for (Name gateway : stage.spareGateways()) {
      stage.restart(gateway);
    }
  }
}
