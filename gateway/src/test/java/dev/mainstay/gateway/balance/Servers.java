package dev.mainstay.gateway.balance;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Servers and pools in one word each. */
final class Servers {

  private Servers() {}

  static Server server(String id, int weight) {
    return Server.of(id, URI.create("http://127.0.0.1:8101"), weight, false);
  }

  static Server backup(String id, int weight) {
    return server(id, weight).withBackup(true);
  }

  static Roster roster(Server... servers) {
    return new Roster(Mode.ACTIVE_ACTIVE, List.of(servers));
  }

  static Balancer balancer(Server... servers) {
    return new Balancer(roster(servers), length -> 0);
  }

  /** Servers s0, s1, … of the given weights. */
  static Server[] weighted(List<Integer> weights) {
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      servers.add(server("s" + i, weights.get(i)));
    }
    return servers.toArray(Server[]::new);
  }

  static String next(Balancer balancer) {
    return balancer.pick().map(Server::id).orElse("-");
  }

  static String next(Balancer balancer, int picks) {
    return Stream.generate(() -> next(balancer)).limit(picks).collect(Collectors.joining(" "));
  }

  static Map<String, Integer> count(Balancer balancer, int picks) {
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < picks; i++) {
      counts.merge(next(balancer), 1, Integer::sum);
    }
    return counts;
  }
}
