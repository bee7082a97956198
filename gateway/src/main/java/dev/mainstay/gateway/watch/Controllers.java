package dev.mainstay.gateway.watch;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the controllers tell, and the one order that goes to them. */
public final class Controllers {

  /** A controller itself gives up before. */
  private static final Duration LONGEST_SWITCHOVER = Duration.ofSeconds(17);

  private static final int CONFLICT = 409;

  private final List<Contact> contacts;
  private final Optional<String> token;
  private final HttpClient http;
  private final JsonMapper json;

  private record Contact(URI uri, Inquiry topology, Feed events) {}

  /**
   * A controller.
   *
   * @param id its own, or host and port as long as it has not told it
   * @param leads whether it says of itself that it leads
   * @param why how it answered
   */
  public record Seen(String id, boolean reachable, boolean leads, String why) {}

  /** What a controller answered to an order; {@code detail} where it is no success. */
  public record Reply(int status, JsonNode body, String detail) {}

  Controllers(
      List<URI> uris,
      @Nullable String token,
      HttpClient http,
      JsonMapper json,
      Consumer<Entry> timeline) {
    this.token = Optional.ofNullable(token);
    this.http = http;
    this.json = json;
    this.contacts =
        uris.stream()
            .map(
                uri ->
                    new Contact(
                        uri,
                        new Inquiry(http, uri.resolve("/api/topology"), null, json),
                        new Feed(http, uri.resolve("/api/events"), json, timeline)))
            .toList();
  }

  Disposable follow() {
    List<Disposable> feeds = contacts.stream().map(contact -> contact.events().follow()).toList();
    return () -> feeds.forEach(Disposable::dispose);
  }

  void ask() {
    contacts.forEach(contact -> contact.topology().ask());
  }

  /** Whether any is configured. */
  public boolean known() {
    return !contacts.isEmpty();
  }

  /** Whether an order could go to them. */
  public boolean takeOrders() {
    return known() && token.isPresent();
  }

  /**
   * Those that are asked, and the one that leads if that is another: behind one address may be
   * several.
   */
  public List<Seen> seen() {
    List<Seen> seen = new ArrayList<>(contacts.stream().map(Controllers::seen).toList());
    String leader = topology().map(topology -> topology.path("leader").asString("")).orElse("");
    if (!leader.isEmpty()
        && seen.stream().noneMatch(controller -> controller.id().equals(leader))) {
      seen.add(new Seen(leader, true, true, "told by another"));
    }
    return seen;
  }

  private static Seen seen(Contact contact) {
    Inquiry.Answer answer = contact.topology().answer();
    String id = answer.body().map(body -> body.path("controller").asString("")).orElse("");
    boolean leads =
        !id.isEmpty()
            && answer.body().stream().anyMatch(body -> body.path("leader").asString("").equals(id));
    return new Seen(
        id.isEmpty() ? contact.uri().getRawAuthority() : id,
        answer.body().isPresent(),
        leads,
        answer.why());
  }

  /**
   * The topology as the one tells it who knows best: who leads, else who knows a primary, else who
   * answers.
   */
  public Optional<JsonNode> topology() {
    return contacts.stream()
        .filter(contact -> contact.topology().answer().body().isPresent())
        .max(Comparator.comparingInt(Controllers::authority))
        .flatMap(contact -> contact.topology().answer().body());
  }

  private static int authority(Contact contact) {
    boolean primary =
        contact.topology().answer().body().stream()
            .anyMatch(body -> body.path("primary").isString());
    return (seen(contact).leads() ? 2 : 0) + (primary ? 1 : 0);
  }

  /** Of the replica that is furthest behind; empty if none tells. */
  Optional<Long> lagMillis() {
    return topology().stream()
        .flatMap(topology -> topology.path("nodes").valueStream())
        .filter(node -> node.path("role").asString("").equals("REPLICA"))
        .filter(node -> node.path("lagMillis").isNumber())
        .map(node -> node.path("lagMillis").asLong())
        .max(Comparator.naturalOrder());
  }

  /**
   * Asks for a change of primary: the controller that leads, or one after the other. Empty if none
   * answers.
   */
  public Mono<Reply> switchover(String to) {
    List<Contact> order = new ArrayList<>(contacts);
    order.sort(Comparator.comparing(contact -> !seen(contact).leads()));
    String body = json.writeValueAsString(Map.of("to", to));
    return Flux.fromIterable(order)
        .concatMap(contact -> order(contact.uri().resolve("/api/switchover"), body), 1)
        .takeUntil(reply -> reply.status() != CONFLICT)
        .takeLast(1)
        .next();
  }

  /** Empty if it cannot be reached: then nothing was ordered, or nobody knows. */
  private Mono<Reply> order(URI uri, String body) {
    return http.headers(
            headers -> {
              headers.set("Content-Type", "application/json");
              token.ifPresent(word -> headers.set("Authorization", "Bearer " + word));
            })
        .post()
        .uri(uri)
        .send(ByteBufFlux.fromString(Mono.just(body)))
        .responseSingle(
            (response, content) ->
                content
                    .asString()
                    .defaultIfEmpty("")
                    .map(text -> reply(response.status().code(), text)))
        .timeout(LONGEST_SWITCHOVER)
        .onErrorComplete();
  }

  private Reply reply(int status, String text) {
    try {
      JsonNode body = json.readTree(text);
      return new Reply(status, body, body.path("detail").asString("answered " + status));
    } catch (JacksonException notJson) {
      return new Reply(status, json.createObjectNode(), "answered " + status);
    }
  }
}
