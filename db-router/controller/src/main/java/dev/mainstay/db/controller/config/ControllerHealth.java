package dev.mainstay.db.controller.config;

import dev.mainstay.db.NodeState;
import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.loop.Picture;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up while the loop goes round. What state the cluster is in is told beside it: a cluster in
 * trouble is no reason to take its controller away.
 */
final class ControllerHealth extends AbstractHealthIndicator {

  private static final Duration STUCK = Duration.ofSeconds(15);

  private final Controller controller;
  private final Clock clock;

  ControllerHealth(Controller controller, Clock clock) {
    super("the controller's state could not be told");
    this.controller = controller;
    this.clock = clock;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    Picture picture = controller.picture();
    Duration age = Duration.between(picture.at(), clock.instant());
    if (age.compareTo(STUCK) < 0) {
      health.up();
    } else {
      health.down().withDetail("lastRound", "%d s ago".formatted(age.toSeconds()));
    }
    health.withDetail("leading", picture.leading());
    picture.leader().ifPresent(leader -> health.withDetail("leader", leader));
    picture
        .topology()
        .primary()
        .filter(NodeState::writable)
        .ifPresent(primary -> health.withDetail("writable", primary.id().value()));
    picture.waiting().ifPresent(why -> health.withDetail("waiting", why));
  }
}
