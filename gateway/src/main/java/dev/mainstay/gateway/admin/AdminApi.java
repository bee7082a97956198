package dev.mainstay.gateway.admin;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.memory.Memory;
import dev.mainstay.gateway.problem.Problem;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.util.UriUtils;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/**
 * The API of the admin port: pools and servers, seen and changed while requests run. A change is
 * checked whole before any of it is done.
 */
public final class AdminApi {

  private static final int MAX_BODY = 16 * 1024;

  private static final String POOLS = "/api/pools";
  private static final String POOL = "/api/pools/{pool}";
  private static final String SERVERS = "/api/pools/{pool}/servers";
  private static final String SERVER = "/api/pools/{pool}/servers/{id}";
  private static final String EVENTS = "/api/events";
  private static final String CODES = "/api/codes";
  private static final String SESSION = "/api/session";

  private static final String WEIGHT_EXPECTED = "a whole number, 0-%d".formatted(Server.MAX_WEIGHT);
  private static final String ADMIN = "admin";

  private final Pools pools;
  private final EventStream events;
  private final Memory memory;
  private final Peers peers;
  private final StackApi stack;
  private final Access access;
  private final Codes codes = new Codes();
  private final InstantSource clock;
  private final JsonMapper json;

  /**
   * @param events hears of all changes of the pools
   * @param stack what is watched beside the pools
   * @param memory where changes are kept
   * @param peers who is told of changes
   * @param token what a change needs; null refuses changes
   * @param openRead whether reading needs nothing
   * @param hosts names other than localhost by which the port may be addressed
   */
  public AdminApi(
      Pools pools,
      EventStream events,
      StackStream stack,
      Memory memory,
      Peers peers,
      @Nullable String token,
      boolean openRead,
      List<String> hosts,
      InstantSource clock,
      JsonMapper json) {
    this.pools = pools;
    this.events = events;
    this.memory = memory;
    this.peers = peers;
    this.access = new Access(token, openRead, hosts, clock);
    this.stack = new StackApi(stack, access, json);
    this.clock = clock;
    this.json = json;
  }

  /** All that the admin port serves besides the actuator. */
  public RouterFunction<ServerResponse> routes() {
    Dashboard dashboard = new Dashboard();
    return RouterFunctions.route()
        .GET(POOLS, this::listPools)
        .GET(POOL, this::showPool)
        .PATCH(POOL, this::changePool)
        .POST(SERVERS, this::addServer)
        .PATCH(SERVER, this::changeServer)
        .DELETE(SERVER, this::removeServer)
        .GET(EVENTS, this::events)
        .POST(CODES, this::issueCode)
        .GET(SESSION, this::session)
        .route(RequestPredicates.path(POOLS), onlyBy("GET"))
        .route(RequestPredicates.path(POOL), onlyBy("GET, PATCH"))
        .route(RequestPredicates.path(SERVERS), onlyBy("POST"))
        .route(RequestPredicates.path(SERVER), onlyBy("PATCH, DELETE"))
        .route(RequestPredicates.path(EVENTS), onlyBy("GET"))
        .route(RequestPredicates.path(CODES), onlyBy("POST"))
        .route(RequestPredicates.path(SESSION), onlyBy("GET"))
        .add(stack.routes())
        .route(RequestPredicates.path("/api/**"), this::nothingThere)
        .GET("/", RequestPredicates.queryParam("code", code -> true), this::redeemCode)
        .add(dashboard.routes())
        .build();
  }

  private Mono<ServerResponse> listPools(ServerRequest request) {
    access.checkRead(http(request));
    return ok(pools.all().stream().map(View::of).toList());
  }

  private Mono<ServerResponse> showPool(ServerRequest request) {
    access.checkRead(http(request));
    return ok(View.of(pool(request)));
  }

  private Mono<ServerResponse> events(ServerRequest request) {
    access.checkRead(http(request));
    return ServerResponse.ok()
        .contentType(MediaType.TEXT_EVENT_STREAM)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .header("X-Content-Type-Options", "nosniff")
        .body(BodyInserters.fromServerSentEvents(events.after(lastEvent(request))));
  }

  private static long lastEvent(ServerRequest request) {
    String last = request.headers().firstHeader("Last-Event-ID");
    if (last == null || last.isEmpty()) {
      return 0;
    }
    if (!last.matches("[0-9]{1,18}")) {
      throw Fields.bad("Last-Event-ID is \"%s\" (expected: a number).".formatted(last));
    }
    return Long.parseLong(last);
  }

  private Mono<ServerResponse> changePool(ServerRequest request) {
    return change(
        request,
        body -> {
          Pool pool = pool(request);
          Fields fields = Fields.parse(body, List.of("mode"));
          String mode =
              Fields.required("mode", fields.text("mode", "active-active or active-passive"));
          pool.changeMode(checked(() -> Mode.parse(mode)), ADMIN, why(request));
          return ok(View.of(pool));
        });
  }

  private Mono<ServerResponse> changeServer(ServerRequest request) {
    return change(
        request,
        body -> {
          Pool pool = pool(request);
          String id = request.pathVariable("id");
          existing(pool, id);
          Fields fields = Fields.parse(body, List.of("weight", "state", "backup"));
          Pool.Amendment amendment =
              new Pool.Amendment(
                  fields.integer("weight", WEIGHT_EXPECTED),
                  fields.constant("state", State.class),
                  fields.bool("backup"));
          if (!checked(() -> pool.amend(id, amendment, ADMIN, why(request)))) {
            throw unknownServer(pool, id);
          }
          return ok(View.of(pool, existing(pool, id)).orElseThrow(() -> unknownServer(pool, id)));
        });
  }

  private Mono<ServerResponse> addServer(ServerRequest request) {
    return change(
        request,
        body -> {
          Pool pool = pool(request);
          Fields fields = Fields.parse(body, List.of("id", "uri", "weight", "backup"));
          String id = Fields.required("id", fields.text("id", "a name"));
          URI uri = Fields.required("uri", fields.uri("uri"));
          Integer weight = fields.integer("weight", WEIGHT_EXPECTED);
          Boolean backup = fields.bool("backup");
          Server server =
              checked(
                  () ->
                      Server.of(id, uri, weight == null ? 100 : weight, backup != null && backup));
          if (!pool.add(server, ADMIN, why(request))) {
            throw new Problem(
                HttpStatus.CONFLICT,
                "Pool %s has a server \"%s\" already.".formatted(pool.name(), id));
          }
          URI location =
              URI.create(
                  "/api/pools/%s/servers/%s"
                      .formatted(
                          pool.name(), UriUtils.encodePathSegment(id, StandardCharsets.UTF_8)));
          View.ServerView view =
              View.of(pool, existing(pool, id)).orElseThrow(() -> unknownServer(pool, id));
          return answer(ServerResponse.created(location), view);
        });
  }

  private Mono<ServerResponse> removeServer(ServerRequest request) {
    return change(
        request,
        body -> {
          Pool pool = pool(request);
          String id = request.pathVariable("id");
          return switch (pool.remove(id, ADMIN, why(request))) {
            case REMOVED -> ServerResponse.noContent().build();
            case UNKNOWN -> throw unknownServer(pool, id);
            case LISTED ->
                throw new Problem(
                    HttpStatus.CONFLICT,
                    "Server %s was found by DNS and would come back (expected: a server that was configured or added; state MAINT takes this one out)."
                        .formatted(id));
            case IN_USE ->
                throw new Problem(
                    HttpStatus.CONFLICT,
                    "Server %s is %s (expected: MAINT, before it is removed)."
                        .formatted(id, existing(pool, id).state()));
          };
        });
  }

  private Mono<ServerResponse> issueCode(ServerRequest request) {
    access.checkToken(http(request));
    return answer(ServerResponse.status(HttpStatus.CREATED), codes.issue(clock.instant()));
  }

  private Mono<ServerResponse> session(ServerRequest request) {
    return ok(Map.of("mayChange", access.mayChange(http(request))));
  }

  /** Trades a code for a cookie, and takes the code out of the address bar. */
  private Mono<ServerResponse> redeemCode(ServerRequest request) {
    access.checkSameSite(http(request));
    String code = request.queryParam("code").orElse("");
    boolean good = codes.redeem(code, clock.instant());
    if (!good && !access.mayChange(http(request))) {
      throw new Problem(
          HttpStatus.UNAUTHORIZED,
          "This link was used already, or is older than %d minutes: ask for a new one."
              .formatted(Codes.LIFETIME.toMinutes()));
    }
    ServerResponse.BodyBuilder answer =
        ServerResponse.status(HttpStatus.SEE_OTHER)
            .location(URI.create("/"))
            .header("Referrer-Policy", "no-referrer")
            .header(HttpHeaders.CACHE_CONTROL, "no-store");
    if (good) {
      answer.cookie(access.cookie(http(request)));
    }
    return answer.build();
  }

  static HandlerFunction<ServerResponse> onlyBy(String methods) {
    return request ->
        Mono.error(
            new Problem(
                    HttpStatus.METHOD_NOT_ALLOWED,
                    "%s does not take %s (expected: %s)."
                        .formatted(request.path(), request.method(), methods))
                .with(HttpHeaders.ALLOW, methods));
  }

  private Mono<ServerResponse> nothingThere(ServerRequest request) {
    return Mono.error(
        new Problem(HttpStatus.NOT_FOUND, "There is no %s.".formatted(request.path())));
  }

  /**
   * Reads the body of a permitted change, up to a bound, does it, keeps it, tells the peers, and
   * then answers.
   */
  private Mono<ServerResponse> change(
      ServerRequest request, Function<byte[], Mono<ServerResponse>> action) {
    access.checkChange(http(request));
    String from = request.headers().firstHeader(Peers.FROM);
    if (from != null && peers.isSelf(from)) {
      return ServerResponse.noContent().build();
    }
    return body(request)
        .flatMap(
            body -> {
              Mono<ServerResponse> answer = action.apply(body);
              // At once, so that peers hear of changes in the order in which they were made.
              Mono<Void> told = from == null ? told(request, body) : Mono.empty();
              return answer.flatMap(it -> kept().then(told).thenReturn(it));
            });
  }

  private Mono<Void> told(ServerRequest request, byte[] body) {
    return peers.tell(
        request.method().name(),
        request.uri().getRawPath(),
        new String(body, StandardCharsets.UTF_8));
  }

  static Mono<byte[]> body(ServerRequest request) {
    return DataBufferUtils.join(http(request).getBody(), MAX_BODY)
        .map(AdminApi::bytes)
        .defaultIfEmpty(new byte[0])
        .onErrorMap(
            DataBufferLimitException.class,
            large ->
                new Problem(
                    HttpStatus.CONTENT_TOO_LARGE,
                    "The body is longer than %d bytes.".formatted(MAX_BODY)));
  }

  /** On a thread that may wait for the disk. */
  private Mono<Void> kept() {
    return Mono.<Void>fromRunnable(() -> memory.keep(pools.all()))
        .subscribeOn(Schedulers.boundedElastic());
  }

  private static byte[] bytes(DataBuffer buffer) {
    try {
      byte[] bytes = new byte[buffer.readableByteCount()];
      buffer.read(bytes);
      return bytes;
    } finally {
      DataBufferUtils.release(buffer);
    }
  }

  private Pool pool(ServerRequest request) {
    String name = request.pathVariable("pool");
    return pools
        .find(name)
        .orElseThrow(
            () ->
                new Problem(
                    HttpStatus.NOT_FOUND,
                    "There is no pool \"%s\" (expected one of: %s)."
                        .formatted(name, pools.names())));
  }

  private static Server existing(Pool pool, String id) {
    return pool.roster().find(id).orElseThrow(() -> unknownServer(pool, id));
  }

  private static Problem unknownServer(Pool pool, String id) {
    return new Problem(
        HttpStatus.NOT_FOUND,
        "Pool %s has no server \"%s\" (expected one of: %s)."
            .formatted(pool.name(), id, String.join(", ", pool.serverIds())));
  }

  /** What {@code build} makes; a value that it refuses is the client's. */
  private static <T> T checked(Supplier<T> build) {
    try {
      return build.get();
    } catch (IllegalArgumentException refused) {
      throw Fields.bad(refused.getMessage() + ".");
    }
  }

  private static String why(ServerRequest request) {
    InetSocketAddress from = http(request).getRemoteAddress();
    return "%s from %s"
        .formatted(request.method(), from == null ? "nowhere" : from.getAddress().getHostAddress());
  }

  static ServerHttpRequest http(ServerRequest request) {
    return request.exchange().getRequest();
  }

  private Mono<ServerResponse> ok(Object value) {
    return answer(ServerResponse.ok(), value);
  }

  private Mono<ServerResponse> answer(ServerResponse.BodyBuilder answer, Object value) {
    return answer
        .contentType(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .header("X-Content-Type-Options", "nosniff")
        .bodyValue(json.writeValueAsBytes(value));
  }
}
