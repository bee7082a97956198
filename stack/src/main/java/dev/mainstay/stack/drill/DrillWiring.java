package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.link.Links;
import dev.mainstay.stack.launch.Wiring;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the processes of a drill's own stack reach each other: through proxies where links are to be
 * cut, so every controller and the first web-app to every node, and every node to every other.
 */
final class DrillWiring implements Wiring {

  /** The hook's file, in the folder in which the processes run. */
  static final String HOOK = "test-hook";

  private static final int MOST_FAILOVERS = 1000;

  private final Options options;
  private final Shape shape;
  private final Links links;

  /**
   * @param links are opened as they are asked for
   */
  DrillWiring(Options options, Shape shape, Links links) {
    this.options = options;
    this.shape = shape;
    this.links = links;
  }

  @Override
  public Map<String, Object> of(Name name) {
    return switch (name.role()) {
      case CONTROLLER -> controller(name);
      case WEB_APP -> webApp(name);
      case GATEWAY, NODE -> Map.of();
    };
  }

  private Map<String, Object> controller(Name name) {
    Map<String, Object> told = new LinkedHashMap<>();
    // Drills in a row are no reason to wait for a person to look.
    told.put("mainstay.controller.failover.limit", MOST_FAILOVERS);
    if (shape.hook()) {
      told.put("mainstay.controller.test-hook", HOOK);
    }
    if (shape.links()) {
      for (Name node : nodes()) {
        told.put("mainstay.controller.via." + node, link(name, node));
      }
      for (Name replica : nodes()) {
        for (Name source : nodes()) {
          if (!replica.equals(source)) {
            told.put(
                "mainstay.controller.replicate-via.%s.%s".formatted(replica, source),
                link(replica, source));
          }
        }
      }
    }
    return told;
  }

  private Map<String, Object> webApp(Name name) {
    Map<String, Object> told = new LinkedHashMap<>();
    if (shape.farBehind()) {
      told.put("mainstay.db.reads.max-lag", "1h");
    }
    List<Name> nodes = shape.links() && name.number() == 1 ? nodes() : List.of();
    for (int at = 0; at < nodes.size(); at++) {
      told.put(
          "mainstay.db.nodes[%d]".formatted(at),
          "%s=%s".formatted(nodes.get(at), link(name, nodes.get(at))));
    }
    return told;
  }

  private String link(Name from, Name to) {
    return "127.0.0.1:%d"
        .formatted(links.between(from.toString(), to.toString(), options.portOf(to)));
  }

  private List<Name> nodes() {
    return options.names().stream().filter(name -> name.role() == Role.NODE).toList();
  }
}
