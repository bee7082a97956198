package dev.mainstay.stack.remote;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Json;
import dev.mainstay.stack.supervise.OfficeGuard;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What the controllers say about the nodes, and what they do about the primary's office. */
public final class Controllers implements OfficeGuard {

  private static final Duration LONGEST_SWITCHOVER = Duration.ofSeconds(15);

  private final List<URI> controllers;
  private final Options options;
  private final String token;

  /** What became of an order to change the primary. */
  public sealed interface Switchover {

    /**
     * The node has the office and is open.
     *
     * @param millis from the order until then
     */
    record Done(String primary, long epoch, long millis) implements Switchover {}

    /** Nothing was changed, or it did not get done; why, in a sentence. */
    record Refused(String why) implements Switchover {}
  }

  /** For whoever only looks. */
  public Controllers(Options options) {
    this(options, "");
  }

  /**
   * @param token of whoever may change something
   */
  public Controllers(Options options, String token) {
    this.options = options;
    this.token = token;
    this.controllers =
        options.names().stream()
            .filter(name -> name.role() == Role.CONTROLLER)
            .map(name -> URI.create("http://127.0.0.1:%d/".formatted(options.portOf(name))))
            .toList();
  }

  /** Where each controller is found. */
  public List<URI> uris() {
    return controllers;
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
                      List.of("id", "role", "writable", "lagMillis", "gtid", "port", "why")) {
                    one.put(field, node.path(field).isMissingNode() ? null : node.path(field));
                  }
                  return one;
                })
            .toList());
    return shown;
  }

  /** The nodes that are left out for what they hold, and why. */
  public static Map<String, String> quarantined(JsonNode topology) {
    Map<String, String> quarantined = new LinkedHashMap<>();
    topology
        .path("nodes")
        .valueStream()
        .filter(Controllers::isErrant)
        .forEach(
            node ->
                quarantined.put(
                    node.path("id").asString(""), withoutSubject(node.path("why").asString(""))));
    return quarantined;
  }

  /** A node's view of itself says "is errant", a leader's of the node "it holds what". */
  private static String withoutSubject(String why) {
    return why.startsWith("it ") ? why.substring("it ".length()) : why;
  }

  /** A node that holds what the primary lacks. */
  private static boolean isErrant(JsonNode node) {
    return node.path("role").asString("").equals("QUARANTINED") && node.path("errant").isString();
  }

  /**
   * What is still missing until the data is safe on every node; nothing once it is. A node that is
   * quarantined for what it holds is waited for only where the controllers rebuild it by
   * themselves.
   */
  public Optional<String> missing() {
    return missing(topology());
  }

  /**
   * The same of a topology that is known already.
   *
   * @param topology nothing if no controller answers
   */
  public static Optional<String> missing(Optional<JsonNode> topology) {
    if (topology.isEmpty()) {
      return Optional.of("no controller answers");
    }
    if (primary(topology.get()).isEmpty()) {
      return Optional.of("no node is the primary yet");
    }
    boolean rebuilds = topology.get().path("rebuilds").asBoolean(false);
    return topology
        .get()
        .path("nodes")
        .valueStream()
        .filter(
            node ->
                switch (node.path("role").asString("")) {
                  case "PRIMARY" -> !node.path("writable").asBoolean(false);
                  case "REPLICA" -> false;
                  default -> rebuilds || !isErrant(node);
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

  @Override
  public Set<Name> sound() {
    return topology().stream()
        .flatMap(known -> known.path("nodes").valueStream())
        .filter(
            node ->
                switch (node.path("role").asString("")) {
                  case "REPLICA" -> true;
                  case "PRIMARY" -> node.path("writable").asBoolean(false);
                  default -> false;
                })
        .flatMap(node -> Name.parse(node.path("id").asString("")).stream())
        .collect(Collectors.toUnmodifiableSet());
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
    return switch (switchOver(successor.get())) {
      case Switchover.Done _ -> Optional.empty();
      case Switchover.Refused(String why) ->
          Optional.of(
              "%s is the primary, whose orderly stop is a switchover first, and that failed: %s `mainstay kill %s` takes it down hard."
                  .formatted(name, why, name));
    };
  }

  /**
   * Makes another node the primary, as planned. Each controller is asked until one leads; the first
   * one's refusal is told, and that is the leader's as far as it is known.
   *
   * @param node who is to be the primary
   */
  public Switchover switchOver(String node) {
    return switchOver(node, at("api/switchover"));
  }

  /** The same where the rules refuse it, at the price of what {@link #losses} tells. */
  public Switchover force(String node) {
    return switchover(Map.of("to", node, "force", true), at("api/switchover"));
  }

  /**
   * What forcing a node into office would lose, one line each.
   *
   * @throws Problem if no controller can tell
   */
  public List<String> losses(String node) {
    return switch (ask(Map.of("to", node, "losses", true), at("api/switchover"))) {
      case Told.Done(JsonNode body) ->
          body.path("losses").valueStream().map(loss -> loss.asString("")).toList();
      case Told.Refused(String why) -> throw new Problem("What it would cost is not known: " + why);
    };
  }

  private Stream<Function<String, Optional<Http.Answer>>> at(String path) {
    return leaderFirst().stream()
        .map(
            controller ->
                order ->
                    Http.send("POST", controller.resolve(path), order, token, LONGEST_SWITCHOVER));
  }

  /**
   * The same, wherever the controllers are.
   *
   * @param controllers each takes the order's JSON and answers, if it does
   */
  public static Switchover switchOver(
      String node, Stream<Function<String, Optional<Http.Answer>>> controllers) {
    return switchover(Map.of("to", node), controllers);
  }

  private static Switchover switchover(
      Map<String, Object> wish, Stream<Function<String, Optional<Http.Answer>>> controllers) {
    return switch (ask(wish, controllers)) {
      case Told.Done(JsonNode done) ->
          new Switchover.Done(
              done.path("primary").asString(""),
              done.path("epoch").asLong(0),
              done.path("millis").asLong(0));
      case Told.Refused(String why) -> new Switchover.Refused(why);
    };
  }

  /**
   * Has a node that cannot join given the primary's data in place of its own. The topology shows
   * how far it is.
   *
   * @return why it is not done, if it is not
   */
  public Optional<String> rebuild(String node) {
    return switch (ask(Map.of("node", node), at("api/rebuild"))) {
      case Told.Done _ -> Optional.empty();
      case Told.Refused(String why) -> Optional.of(why);
    };
  }

  /** What the controllers made of an order. */
  private sealed interface Told {
    record Done(JsonNode body) implements Told {}

    record Refused(String why) implements Told {}
  }

  private static Told ask(
      Map<String, Object> wish, Stream<Function<String, Optional<Http.Answer>>> controllers) {
    String order = Json.MAPPER.writeValueAsString(wish);
    Optional<String> why = Optional.empty();
    for (var controller : controllers.toList()) {
      Optional<Http.Answer> answer = controller.apply(order);
      if (answer.filter(Http.Answer::isSuccess).isPresent()) {
        return new Told.Done(Json.MAPPER.readTree(answer.get().body()));
      }
      why = why.or(() -> answer.map(Controllers::reason));
      // Only "another one leads" is a reason to ask another one.
      if (answer.filter(refused -> refused.status() != 409).isPresent()) {
        break;
      }
    }
    return new Told.Refused(why.orElse("no controller answers."));
  }

  private static String reason(Http.Answer refused) {
    String detail = Gateway.detail(refused);
    return detail.endsWith(".") ? detail : detail + ".";
  }

  private List<URI> leaderFirst() {
    Optional<URI> leader =
        topology()
            .map(known -> known.path("leader").asString(""))
            .flatMap(Name::parse)
            .filter(name -> name.number() <= controllers.size())
            .map(name -> controllers.get(name.number() - 1));
    return Stream.concat(
            leader.stream(), controllers.stream().filter(one -> !leader.equals(Optional.of(one))))
        .toList();
  }
}
