package dev.mainstay.gateway.balance;

import dev.mainstay.gateway.health.Health;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The servers of a pool, in order, and the mode: all that decides who takes requests.
 *
 * <p>Active servers before backups, healthy ones before others, and never one that the operator
 * took out:
 *
 * <ol>
 *   <li>the usable active servers; in active-passive mode the first of them;
 *   <li>else the first usable backup, or with {@code allBackups} all of them by weight;
 *   <li>else those that leave and are up: what was listed in their place has not passed a check
 *       yet;
 *   <li>else (panic: nothing is known to be well) those that are ejected, yet not down;
 *   <li>else the same again with health left aside, so that a wrong check never turns into a site
 *       that is down.
 * </ol>
 */
public record Roster(Mode mode, List<Server> servers, boolean allBackups) {

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

  /** A roster whose first usable backup stands in alone. */
  public Roster(Mode mode, List<Server> servers) {
    this(mode, servers, false);
  }

  public Optional<Server> find(String id) {
    return servers.stream().filter(server -> server.id().equals(id)).findFirst();
  }

  public Roster withMode(Mode mode) {
    return new Roster(mode, servers, allBackups);
  }

  /** This roster with one more server that is there by name: after the others of that kind. */
  public Roster with(Server added) {
    List<Server> all = new ArrayList<>(named());
    all.add(added);
    servers.stream().filter(server -> server.standing() != Standing.NAMED).forEach(all::add);
    return new Roster(mode, all, allBackups);
  }

  /**
   * This roster after an answer of DNS that lists {@code listed}: the servers that are there by
   * name, then those listed, in their order, then those that leave.
   *
   * <p>One that is known keeps its weight, its state and its health, also if it was leaving. One
   * whose id or address a named server has is that server, and is not there twice. One that is no
   * longer listed leaves.
   */
  public Roster listing(List<Server> listed) {
    List<Server> named = named();
    List<Server> all = new ArrayList<>(named);
    Set<String> ids = new HashSet<>();
    for (Server server : listed) {
      boolean twice =
          named.stream()
              .anyMatch(it -> it.id().equals(server.id()) || it.uri().equals(server.uri()));
      if (!twice && ids.add(server.id())) {
        all.add(find(server.id()).orElse(server).withStanding(Standing.LISTED));
      }
    }
    for (Server server : servers) {
      if (server.standing() != Standing.NAMED && !ids.contains(server.id())) {
        all.add(server.withStanding(Standing.LEAVING));
      }
    }
    return new Roster(mode, all, allBackups);
  }

  private List<Server> named() {
    return servers.stream().filter(server -> server.standing() == Standing.NAMED).toList();
  }

  public Roster without(String id) {
    return new Roster(
        mode, servers.stream().filter(server -> !server.id().equals(id)).toList(), allBackups);
  }

  /** This roster with one server changed; unchanged if there is no such server. */
  public Roster changing(String id, UnaryOperator<Server> change) {
    return new Roster(
        mode,
        servers.stream()
            .map(server -> server.id().equals(id) ? change.apply(server) : server)
            .toList(),
        allBackups);
  }

  /** All that may take requests, active or not. */
  public Stream<Server> usable() {
    return servers.stream().filter(Server::usable);
  }

  /** Those that share new requests by weight; empty only if the operator took every server out. */
  List<Server> takers() {
    List<Server> healthy = line(Server::usable);
    if (!healthy.isEmpty()) {
      return healthy;
    }
    List<Server> lingering = line(Server::lingers);
    if (!lingering.isEmpty()) {
      return lingering;
    }
    List<Server> ejected = line(Server::ejectedAlone);
    return ejected.isEmpty() ? line(Server::offered) : ejected;
  }

  /**
   * All that may take a request, the better first: usable active servers, usable backups, then
   * those of unknown worth. For a request that failed on all {@link #takers}.
   */
  List<Server> lastResorts() {
    List<Server> all = new ArrayList<>();
    servers.stream().filter(server -> server.usable() && !server.backup()).forEach(all::add);
    servers.stream().filter(server -> server.usable() && server.backup()).forEach(all::add);
    servers.stream().filter(Server::lingers).forEach(all::add);
    servers.stream().filter(Server::ejectedAlone).forEach(all::add);
    servers.stream()
        .filter(server -> server.offered() && server.health() == Health.DOWN)
        .forEach(all::add);
    return all;
  }

  /**
   * Whether a server may be ejected too: it takes requests, another can, and no more than {@code
   * mostPercent} of the servers that the operator lets take requests are then ejected.
   */
  public boolean mayEject(String id, int mostPercent) {
    return find(id).filter(Server::usable).isPresent()
        && !changing(id, it -> it.withEjected(true)).ejectsTooMany(mostPercent);
  }

  /**
   * Whether more than {@code mostPercent} are ejected, or servers that are not down are while no
   * other is usable: then one must come back.
   */
  public boolean ejectsTooMany(int mostPercent) {
    long offered = servers.stream().filter(Server::offered).count();
    long ejected = servers.stream().filter(it -> it.offered() && it.ejected()).count();
    boolean lastIsOut =
        servers.stream().anyMatch(Server::ejectedAlone)
            && servers.stream().noneMatch(Server::usable);
    return ejected * 100 > offered * mostPercent || lastIsOut;
  }

  private List<Server> line(Predicate<Server> eligible) {
    List<Server> all = servers.stream().filter(eligible).toList();
    List<Server> active = all.stream().filter(server -> !server.backup()).toList();
    boolean share =
        switch (mode) {
          case ACTIVE_ACTIVE -> !active.isEmpty() || allBackups;
          case ACTIVE_PASSIVE -> false;
        };
    List<Server> best = active.isEmpty() ? all : active;
    return share || best.isEmpty() ? best : best.subList(0, 1);
  }
}
