package dev.mainstay.stack.launch;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.remote.Controllers;
import dev.mainstay.stack.remote.Gateway;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Whether the stack does what it is for: every gateway there (whose admin port comes after the
 * site's, which they may share) and a page served, every server in rotation, every node in step.
 */
final class Readiness {

  /**
   * What is still missing.
   *
   * @param whose the process whose log tells most about it
   */
  record Missing(String what, Name whose) {}

  private final Controllers controllers;
  private final List<Gateway> gateways;

  Readiness(Options options, Controllers controllers) {
    this.controllers = controllers;
    this.gateways =
        options.names().stream()
            .filter(name -> name.role() == Role.GATEWAY)
            .map(name -> new Gateway(name, options))
            .toList();
  }

  /**
   * @param stopped what an operator stopped, which is out on purpose; without one of the nodes or
   *     controllers, the databases are as good as a page that is served says
   */
  Optional<Missing> missing(Set<Name> stopped) {
    Optional<Missing> database =
        stopped.stream().anyMatch(Readiness::isOfTheDatabases)
            ? Optional.empty()
            : controllers.missing().map(what -> new Missing(what, new Name(Role.CONTROLLER, 1)));
    return database.isPresent()
        ? database
        : gateways.stream()
            .filter(gateway -> !stopped.contains(gateway.name()))
            .map(gateway -> missing(gateway, stopped))
            .flatMap(Optional::stream)
            .findFirst();
  }

  private static boolean isOfTheDatabases(Name name) {
    return switch (name.role()) {
      case NODE, CONTROLLER -> true;
      case WEB_APP, GATEWAY -> false;
    };
  }

  private static Optional<Missing> missing(Gateway gateway, Set<Name> stopped) {
    Optional<JsonNode> pools = gateway.pools();
    if (pools.isEmpty()) {
      return Optional.of(new Missing(gateway.name() + " does not answer", gateway.name()));
    }
    Optional<Missing> server =
        pools
            .get()
            .valueStream()
            .flatMap(pool -> pool.path("servers").valueStream())
            // One that an operator took out is out on purpose.
            .filter(one -> one.path("state").asString("").equals("READY"))
            .filter(one -> !one.path("health").asString("").equals("UP"))
            .flatMap(one -> Name.parse(one.path("id").asString("")).stream())
            .filter(name -> !stopped.contains(name))
            .map(name -> new Missing(name + " is not in rotation at " + gateway.name(), name))
            .findFirst();
    if (server.isPresent()) {
      return server;
    }
    OptionalInt page = gateway.pageStatus();
    if (page.isPresent() && page.getAsInt() == 200) {
      return Optional.empty();
    }
    // An answer is the web-app's own; silence is the gateway's.
    return Optional.of(
        page.isPresent()
            ? new Missing(
                "the page at %s is HTTP %d".formatted(gateway.site(), page.getAsInt()),
                new Name(Role.WEB_APP, 1))
            : new Missing(
                "%s serves no page at %s".formatted(gateway.name(), gateway.site()),
                gateway.name()));
  }
}
