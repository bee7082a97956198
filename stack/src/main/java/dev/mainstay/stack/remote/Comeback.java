package dev.mainstay.stack.remote;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.process.PortCheck;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Whether a process that was started again does its work for the others again. */
public final class Comeback {

  private static final Set<String> AT_WORK = Set.of("PRIMARY", "REPLICA");

  private final Options options;
  private final List<Gateway> gateways;
  private final Controllers controllers;

  public Comeback(Options options, Controllers controllers) {
    this.options = options;
    this.controllers = controllers;
    this.gateways = Steering.gateways(options);
  }

  /** What a process does not do yet; nothing once it is back. */
  public Optional<String> missing(Name name) {
    return switch (name.role()) {
      case GATEWAY -> missing(new Gateway(name, options));
      case WEB_APP ->
          Http.get(at(name, "actuator/health/readiness")).filter(Http.Answer::isSuccess).isPresent()
              ? gateways.stream().flatMap(gateway -> outside(gateway, name).stream()).findFirst()
              : Optional.of("%s is not ready yet".formatted(name));
      case CONTROLLER ->
          Http.get(at(name, "api/topology")).filter(Http.Answer::isSuccess).isPresent()
              ? Optional.empty()
              : Optional.of("%s does not answer yet".formatted(name));
      case NODE ->
          PortCheck.isFree(options.portOf(name))
              ? Optional.of("%s does not listen yet".formatted(name))
              : controllers
                  .topology()
                  .flatMap(topology -> role(topology, name))
                  .filter(role -> !AT_WORK.contains(role))
                  .map(role -> "%s is still %s".formatted(name, role));
    };
  }

  /**
   * On a shared port another gateway's page proves nothing; the admin port is its own, and comes
   * after the site's.
   */
  private static Optional<String> missing(Gateway gateway) {
    if (gateway.pools().isEmpty()) {
      return Optional.of("%s does not answer yet".formatted(gateway.name()));
    }
    return gateway.pageStatus().isPresent()
        ? Optional.empty()
        : Optional.of("%s serves no page yet".formatted(gateway.name()));
  }

  private URI at(Name name, String path) {
    return URI.create("http://127.0.0.1:%d/%s".formatted(options.portOf(name), path));
  }

  /**
   * That a gateway does not give requests to a server yet; one that is out on purpose stays out.
   */
  private static Optional<String> outside(Gateway gateway, Name server) {
    return gateway.pools().stream()
        .flatMap(JsonNode::valueStream)
        .flatMap(pool -> pool.path("servers").valueStream())
        .filter(one -> one.path("id").asString("").equals(server.toString()))
        .filter(one -> one.path("state").asString("").equals("READY"))
        .filter(one -> !one.path("health").asString("").equals("UP"))
        .map(one -> "%s is not in rotation at %s yet".formatted(server, gateway.name()))
        .findFirst();
  }

  private static Optional<String> role(JsonNode topology, Name node) {
    return topology
        .path("nodes")
        .valueStream()
        .filter(one -> one.path("id").asString("").equals(node.toString()))
        .map(one -> one.path("role").asString(""))
        .findFirst();
  }
}
