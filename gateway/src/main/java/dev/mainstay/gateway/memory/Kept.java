package dev.mainstay.gateway.memory;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.Standing;
import dev.mainstay.gateway.balance.State;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A pool as it was configured, and as its operator left it. Pure.
 *
 * <p>The two together tell what the operator changed; where the configuration has been changed
 * since, it wins: {@link #over} is a three-way merge, fact by fact.
 */
record Kept(Facts configured, Facts left) {

  /** What is kept of a pool: servers found by DNS come as configured. */
  record Facts(Mode mode, List<ServerFacts> servers) {

    Facts {
      servers = List.copyOf(servers);
    }

    static Facts of(Roster roster) {
      return new Facts(
          roster.mode(),
          roster.servers().stream()
              .filter(server -> server.standing() == Standing.NAMED)
              .map(ServerFacts::of)
              .toList());
    }

    Optional<ServerFacts> find(String id) {
      return servers.stream().filter(server -> server.id().equals(id)).findFirst();
    }
  }

  /** A server but for what is observed of it. */
  record ServerFacts(String id, URI uri, int weight, boolean backup, State state) {

    ServerFacts {
      var _ = Server.of(id, uri, weight, backup);
    }

    static ServerFacts of(Server server) {
      return new ServerFacts(
          server.id(), server.uri(), server.weight(), server.backup(), server.state());
    }

    Server server() {
      return Server.of(id, uri, weight, backup).withState(state);
    }
  }

  /** The pool to start with. */
  Roster over(Roster now) {
    List<Server> servers = new ArrayList<>();
    for (Server server : now.servers()) {
      Optional<ServerFacts> before = configured.find(server.id());
      Optional<ServerFacts> after = left.find(server.id());
      if (before.isPresent() && after.isPresent()) {
        servers.add(merged(before.get(), after.get(), server));
      } else if (before.isEmpty()) {
        servers.add(server);
      }
      // Otherwise it was removed by name.
    }
    for (ServerFacts added : left.servers()) {
      if (configured.find(added.id()).isEmpty() && now.find(added.id()).isEmpty()) {
        servers.add(added.server());
      }
    }
    return new Roster(
        merged(configured, left, Facts.of(now), Facts::mode), servers, now.allBackups());
  }

  private static Server merged(ServerFacts before, ServerFacts after, Server now) {
    ServerFacts facts = ServerFacts.of(now);
    return now.withWeight(merged(before, after, facts, ServerFacts::weight))
        .withBackup(merged(before, after, facts, ServerFacts::backup))
        .withState(after.state());
  }

  private static <F, T> T merged(F before, F after, F now, Function<F, T> fact) {
    return fact.apply(before).equals(fact.apply(now)) ? fact.apply(after) : fact.apply(now);
  }
}
