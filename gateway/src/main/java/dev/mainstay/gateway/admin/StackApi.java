package dev.mainstay.gateway.admin;

import dev.mainstay.gateway.problem.Problem;
import dev.mainstay.gateway.watch.Controllers;
import dev.mainstay.gateway.watch.History;
import dev.mainstay.gateway.watch.Supervisor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** The whole stack, seen through one gateway, and the change of its primary. */
final class StackApi {

  private static final String STACK = "/api/stack";
  private static final String HISTORY = "/api/stack/history";
  private static final String SWITCHOVER = "/api/switchover";
  private static final String PROCESS = "/api/processes/{name}";

  private final StackStream stream;
  private final Access access;
  private final JsonMapper json;

  StackApi(StackStream stream, Access access, JsonMapper json) {
    this.stream = stream;
    this.access = access;
    this.json = json;
  }

  RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route()
        .GET(STACK, this::stack)
        .GET(HISTORY, this::history)
        .POST(SWITCHOVER, this::switchover)
        .POST(PROCESS, this::process)
        .route(RequestPredicates.path(STACK), AdminApi.onlyBy("GET"))
        .route(RequestPredicates.path(HISTORY), AdminApi.onlyBy("GET"))
        .route(RequestPredicates.path(SWITCHOVER), AdminApi.onlyBy("POST"))
        .route(RequestPredicates.path(PROCESS), AdminApi.onlyBy("POST"))
        .build();
  }

  /** A stream for who accepts nothing but that: the browser's {@code EventSource}. */
  private Mono<ServerResponse> stack(ServerRequest request) {
    access.checkRead(AdminApi.http(request));
    if (request.headers().accept().equals(List.of(MediaType.TEXT_EVENT_STREAM))) {
      return ServerResponse.ok()
          .contentType(MediaType.TEXT_EVENT_STREAM)
          .header(HttpHeaders.CACHE_CONTROL, "no-store")
          .header("X-Content-Type-Options", "nosniff")
          .body(BodyInserters.fromServerSentEvents(stream.listen()));
    }
    return ok(stream.picture());
  }

  /** The points as rows, for there are many. */
  private Mono<ServerResponse> history(ServerRequest request) {
    access.checkRead(AdminApi.http(request));
    return ok(
        Map.of(
            "columns",
            List.of(
                "at",
                "requestsPerSecond",
                "failuresPerSecond",
                "p50Micros",
                "p99Micros",
                "lagMillis"),
            "points",
            stream.watch().history().points().stream().map(StackApi::row).toList()));
  }

  private static List<@Nullable Object> row(History.Point point) {
    List<@Nullable Object> row = new ArrayList<>();
    row.add(point.at().toEpochMilli());
    row.add(point.speed().requestsPerSecond());
    row.add(point.speed().failuresPerSecond());
    row.add(point.speed().p50Micros());
    row.add(point.speed().p99Micros());
    row.add(point.lagMillis());
    return row;
  }

  private Mono<ServerResponse> switchover(ServerRequest request) {
    access.checkChange(AdminApi.http(request));
    Controllers controllers = stream.watch().controllers();
    if (!controllers.takeOrders()) {
      throw new Problem(
          HttpStatus.CONFLICT,
          "This gateway knows no controllers, or no token for them (mainstay.gateway.stack).");
    }
    return AdminApi.body(request)
        .map(body -> Fields.required("to", Fields.parse(body, List.of("to")).text("to", "a node")))
        .flatMap(controllers::switchover)
        .switchIfEmpty(
            Mono.error(
                () ->
                    new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "No controller answered: whether the primary changes is not known.")))
        .flatMap(this::answer);
  }

  private Mono<ServerResponse> answer(Controllers.Reply reply) {
    HttpStatus status = HttpStatus.resolve(reply.status());
    if (status != null && status.is2xxSuccessful()) {
      return ok(reply.body());
    }
    if (status == null || status == HttpStatus.UNAUTHORIZED || status.is5xxServerError()) {
      throw new Problem(
          HttpStatus.BAD_GATEWAY,
          "The controller refused this gateway: %s".formatted(reply.detail()));
    }
    throw new Problem(status, reply.detail());
  }

  private Mono<ServerResponse> process(ServerRequest request) {
    access.checkChange(AdminApi.http(request));
    Supervisor supervisor = stream.watch().supervisor();
    if (!supervisor.takesOrders()) {
      throw new Problem(
          HttpStatus.CONFLICT,
          "This gateway knows no supervisor that could do it (mainstay.gateway.stack.supervisor).");
    }
    return AdminApi.body(request)
        .map(
            body ->
                Fields.required(
                    "order",
                    Fields.parse(body, List.of("order")).constant("order", Supervisor.Order.class)))
        .flatMap(order -> supervisor.order(order, request.pathVariable("name")))
        .switchIfEmpty(
            Mono.error(
                () ->
                    new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "The supervisor did not answer: whether it was done is not known.")))
        .flatMap(
            outcome -> {
              if (!outcome.done()) {
                throw new Problem(HttpStatus.CONFLICT, outcome.message());
              }
              return ok(Map.of("message", outcome.message()));
            });
  }

  private Mono<ServerResponse> ok(Object value) {
    return ServerResponse.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .header("X-Content-Type-Options", "nosniff")
        .bodyValue(json.writeValueAsBytes(value));
  }
}
