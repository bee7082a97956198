package dev.mainstay.stack.remote;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Json;
import dev.mainstay.stack.supervise.OfficeGuard;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What the controllers say about the nodes, and what they do about the primary's office. */
public final class Controllers implements OfficeGuard {

  private final List<URI> controllers;
  private final Options options;

  public Controllers(Options options) {
    this.options = options;
    this.controllers =
        options.names().stream()
            .filter(name -> name.role() == Role.CONTROLLER)
            .map(name -> URI.create("http://127.0.0.1:%d/".formatted(options.portOf(name))))
            .toList();
  }

  /**
   * {@code GET /api/topology} of the first controller that knows a primary, or else that answers.
   */
  public Optional<JsonNode> topology() {
    List<JsonNode> answers =
        controllers.stream()
            .map(controller -> Http.get(controller.resolve("api/topology")))
            .flatMap(Optional::stream)
            .filter(Http.Answer::isSuccess)
            .map(answer -> Json.MAPPER.readTree(answer.body()))
            .toList();
    return answers.stream()
        .filter(topology -> primary(topology).isPresent())
        .findFirst()
        .or(() -> answers.stream().findFirst());
  }

  private static Optional<String> primary(JsonNode topology) {
    return topology
        .path("nodes")
        .valueStream()
        .filter(node -> node.path("role").asString("").equals("PRIMARY"))
        .map(node -> node.path("id").asString(""))
        .findFirst();
  }

  /** The part of a topology that {@code status --json} promises. */
  public static Map<String, Object> shown(JsonNode topology) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("engine", topology.path("engine"));
    shown.put("epoch", topology.path("epoch"));
    shown.put(
        "nodes",
        topology
            .path("nodes")
            .valueStream()
            .map(
                node -> {
                  Map<String, Object> one = new LinkedHashMap<>();
                  for (String field :
                      List.of("id", "role", "writable", "lagMillis", "gtid", "port")) {
                    one.put(field, node.path(field).isMissingNode() ? null : node.path(field));
                  }
                  return one;
                })
            .toList());
    return shown;
  }

  /** What is still missing until the data is safe on every node; nothing once it is. */
  public Optional<String> missing() {
    Optional<JsonNode> topology = topology();
    if (topology.isEmpty()) {
      return Optional.of("no controller answers");
    }
    if (primary(topology.get()).isEmpty()) {
      return Optional.of("no node is the primary yet");
    }
    return topology
        .get()
        .path("nodes")
        .valueStream()
        .filter(
            node ->
                switch (node.path("role").asString("")) {
                  case "PRIMARY" -> !node.path("writable").asBoolean(false);
                  case "REPLICA" -> false;
                  default -> true;
                })
        .map(
            node ->
                "%s is %s%s"
                    .formatted(
                        node.path("id").asString(""),
                        node.path("role").asString(""),
                        node.path("role").asString("").equals("PRIMARY") ? ", not writable" : ""))
        .findFirst();
  }

  @Override
  public Optional<Name> primary() {
    return topology().flatMap(Controllers::primary).flatMap(Name::parse);
  }

  /**
   * Hands the primary's office to a replica by a switchover. Where the controllers cannot do that,
   * the node is better not asked to stop: a MySQL that is stopped while a commit waits for its
   * acknowledgement calls it acknowledged.
   */
  @Override
  public Optional<String> handOver(Name name) {
    if (name.role() != Role.NODE || options.count(Role.NODE) == 1) {
      return Optional.empty();
    }
    Optional<JsonNode> topology = topology();
    if (topology.flatMap(Controllers::primary).filter(name.toString()::equals).isEmpty()) {
      return Optional.empty();
    }
    Optional<String> successor =
        topology.stream()
            .flatMap(known -> known.path("nodes").valueStream())
            .filter(node -> node.path("role").asString("").equals("REPLICA"))
            .map(node -> node.path("id").asString(""))
            .findFirst();
    if (successor.isEmpty()) {
      return Optional.of(
          "%s is the primary and no replica could take over; it keeps running.".formatted(name));
    }
    String order = Json.MAPPER.writeValueAsString(Map.of("to", successor.get()));
    String why = "no controller answers";
    for (URI controller : controllers) {
      Optional<Http.Answer> answer =
          Http.send("POST", controller.resolve("api/switchover"), order, null);
      if (answer.filter(Http.Answer::isSuccess).isPresent()) {
        return Optional.empty();
      }
      why =
          answer
              .map(
                  refused ->
                      refused.status() == 404
                          ? "this version has no switchover yet"
                          : Gateway.detail(refused))
              .orElse(why);
    }
    return Optional.of(
        "%s is the primary, whose orderly stop is a switchover first, and that failed: %s. `mainstay kill %s` takes it down hard."
            .formatted(name, why, name));
  }
}
