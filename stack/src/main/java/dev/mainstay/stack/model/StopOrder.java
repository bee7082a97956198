package dev.mainstay.stack.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * In which order a stack is stopped, so that nothing is asked for while what it needs is gone:
 * gateways, web-apps, controllers, replicas, and the primary last, so that it still acknowledges
 * while replicas hang up.
 */
public final class StopOrder {

  private StopOrder() {}

  /** Groups to be stopped one after the other, each at once. Empty groups are left out. */
  public static List<List<Name>> of(Collection<Name> names, Optional<Name> primary) {
    List<List<Name>> order = new ArrayList<>();
    for (Role role : List.of(Role.GATEWAY, Role.WEB_APP, Role.CONTROLLER)) {
      order.add(names.stream().filter(name -> name.role() == role).sorted().toList());
    }
    List<Name> nodes = names.stream().filter(name -> name.role() == Role.NODE).sorted().toList();
    order.add(nodes.stream().filter(name -> !isLast(name, nodes, primary)).toList());
    order.add(nodes.stream().filter(name -> isLast(name, nodes, primary)).toList());
    order.removeIf(List::isEmpty);
    return order;
  }

  /** Without knowledge of the primary all nodes are stopped together. */
  private static boolean isLast(Name name, List<Name> nodes, Optional<Name> primary) {
    return primary.filter(nodes::contains).map(name::equals).orElse(true);
  }
}
