package dev.mainstay.gateway.watch;

import dev.mainstay.gateway.upstream.Change;
import dev.mainstay.gateway.upstream.Pools;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** All that is watched, and kept going by a {@link #tick} a second. */
public final class Watch implements Consumer<Change> {

  private final String id;
  private final Traffic traffic;
  private final History history = new History();
  private final Timeline timeline = new Timeline();
  private final Controllers controllers;
  private final Supervisor supervisor;
  private final List<Neighbour> neighbours;

  private record Neighbour(URI uri, Inquiry picture) {}

  /**
   * Another gateway.
   *
   * @param id its own, or host and port as long as it has not told it
   * @param own what it tells of itself; empty if it does not answer
   * @param why how it answered
   */
  public record OtherGateway(String id, Optional<JsonNode> own, String why) {}

  /**
   * @param id of this gateway
   * @param controllers where they listen; none: there is no database to show
   * @param gateways the admin addresses of the others
   * @param token what the controllers, and gateways that are not open to read, are shown
   * @param supervisor who can break the stack's processes
   */
  public Watch(
      String id,
      Pools pools,
      List<URI> controllers,
      List<URI> gateways,
      @Nullable String token,
      Supervisor supervisor,
      JsonMapper json) {
    HttpClient http = HttpClient.create().disableRetry(true).followRedirect(false);
    this.id = id;
    this.traffic = new Traffic(pools);
    this.controllers = new Controllers(controllers, token, http, json, timeline::add);
    this.supervisor = supervisor;
    this.neighbours =
        gateways.stream()
            .map(
                uri ->
                    new Neighbour(uri, new Inquiry(http, uri.resolve("/api/stack"), token, json)))
            .toList();
  }

  /** Follows the controllers' events until it is disposed of. */
  public Disposable follow() {
    return controllers.follow();
  }

  /** Once a second, always from the same thread; returns at once. */
  public void tick(Instant now) {
    traffic.tick(now);
    controllers.ask();
    neighbours.forEach(neighbour -> neighbour.picture().ask());
    history.add(new History.Point(now, traffic.all(), controllers.lagMillis().orElse(null)));
  }

  /** A change of this gateway's pools. */
  @Override
  public void accept(Change change) {
    timeline.add(Entry.of(id, change));
  }

  public String id() {
    return id;
  }

  public Traffic traffic() {
    return traffic;
  }

  public History history() {
    return history;
  }

  public Timeline timeline() {
    return timeline;
  }

  public Controllers controllers() {
    return controllers;
  }

  public Supervisor supervisor() {
    return supervisor;
  }

  public List<OtherGateway> otherGateways() {
    // A list of all, the same on each, names this one too.
    return neighbours.stream().map(Watch::seen).filter(other -> !other.id().equals(id)).toList();
  }

  private static OtherGateway seen(Neighbour neighbour) {
    Inquiry.Answer answer = neighbour.picture().answer();
    Optional<JsonNode> own =
        answer.body().stream()
            .flatMap(body -> body.path("gateways").valueStream())
            .filter(gateway -> gateway.path("self").asBoolean(false))
            .findFirst();
    String id = own.map(gateway -> gateway.path("id").asString("")).orElse("");
    return new OtherGateway(
        id.isEmpty() ? neighbour.uri().getRawAuthority() : id, own, answer.why());
  }
}
