package dev.mainstay.gateway.balance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The servers of a pool, in order, and the mode: all that decides who takes requests.
 *
 * <p>Active servers before backups, healthy ones before others, and never one that the operator
 * took out:
 *
 * <ol>
 *   <li>the usable active servers; in active-passive mode the first of them;
 *   <li>else the first usable backup;
 *   <li>else (panic: nothing is known to be up) the same again with health left aside, so that a
 *       wrong check never turns into a site that is down.
 * </ol>
 */
public record Roster(Mode mode, List<Server> servers) {

  public Roster {
    servers = List.copyOf(servers);
    Set<String> ids = new HashSet<>();
    for (Server server : servers) {
      if (!ids.add(server.id())) {
        throw new IllegalArgumentException(
            "server id \"%s\" is there twice (expected: one server an id)".formatted(server.id()));
      }
    }
  }

  public Optional<Server> find(String id) {
    return servers.stream().filter(server -> server.id().equals(id)).findFirst();
  }

  public Roster withMode(Mode mode) {
    return new Roster(mode, servers);
  }

  public Roster with(Server added) {
    List<Server> all = new ArrayList<>(servers);
    all.add(added);
    return new Roster(mode, all);
  }

  public Roster without(String id) {
    return new Roster(mode, servers.stream().filter(server -> !server.id().equals(id)).toList());
  }

  /** This roster with one server changed; unchanged if there is no such server. */
  public Roster changing(String id, UnaryOperator<Server> change) {
    return new Roster(
        mode,
        servers.stream()
            .map(server -> server.id().equals(id) ? change.apply(server) : server)
            .toList());
  }

  /** Those that share new requests by weight; empty only if the operator took every server out. */
  List<Server> takers() {
    List<Server> healthy = line(Server::usable);
    return healthy.isEmpty() ? line(Server::offered) : healthy;
  }

  /**
   * All that may take a request, the better first: usable active servers, usable backups, then
   * those of unknown worth. For a request that failed on all {@link #takers}.
   */
  List<Server> lastResorts() {
    List<Server> all = new ArrayList<>();
    servers.stream().filter(server -> server.usable() && !server.backup()).forEach(all::add);
    servers.stream().filter(server -> server.usable() && server.backup()).forEach(all::add);
    servers.stream().filter(server -> server.offered() && !server.usable()).forEach(all::add);
    return all;
  }

  private List<Server> line(Predicate<Server> eligible) {
    List<Server> active =
        servers.stream().filter(server -> eligible.test(server) && !server.backup()).toList();
    if (active.isEmpty()) {
      return servers.stream().filter(eligible).limit(1).toList();
    }
    return switch (mode) {
      case ACTIVE_ACTIVE -> active;
      case ACTIVE_PASSIVE -> active.subList(0, 1);
    };
  }
}
