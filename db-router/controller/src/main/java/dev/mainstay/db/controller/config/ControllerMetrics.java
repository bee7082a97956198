package dev.mainstay.db.controller.config;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.controller.loop.Controller;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The picture as gauges, read when they are asked for. */
final class ControllerMetrics implements MeterBinder {

  private final Controller controller;

  ControllerMetrics(Controller controller) {
    this.controller = controller;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("mainstay.controller.leading", controller, c -> flag(c.picture().leading()))
        .description("1 while this controller leads")
        .register(registry);
    Gauge.builder(
            "mainstay.cluster.epoch",
            controller,
            c -> c.picture().topology().epoch().map(EpochRecord::epoch).orElse(0L))
        .description("the epoch in force, 0 before the first")
        .register(registry);
    for (NodeAddress node : controller.cluster().nodes()) {
      gauge(registry, "mainstay.node.writable", node.id(), n -> flag(n.writable()));
      gauge(registry, "mainstay.node.reached", node.id(), n -> flag(n.role() != Role.UNREACHABLE));
      gauge(
          registry,
          "mainstay.node.lag.seconds",
          node.id(),
          n -> n.lag().map(Duration::toMillis).map(millis -> millis / 1000.0).orElse(Double.NaN));
    }
  }

  private void gauge(
      MeterRegistry registry, String name, NodeId node, ToDoubleFunction<NodeState> value) {
    Gauge.builder(
            name,
            controller,
            c -> {
              Optional<NodeState> state = c.picture().topology().node(node);
              return state.map(value::applyAsDouble).orElse(Double.NaN);
            })
        .tag("node", node.value())
        .register(registry);
  }

  private static double flag(boolean on) {
    return on ? 1 : 0;
  }
}
