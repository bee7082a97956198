package dev.mainstay.gateway.route;

import dev.mainstay.gateway.problem.Problem;
import java.util.Locale;
import java.util.Set;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A request made ready to be sent, perhaps more than once.
 *
 * @param exchange to go on with
 * @param harmless whether a server may be asked twice
 * @param held whether the request can be sent again as a whole
 * @param streamed whether the body goes out while it comes in
 * @param sent completes when a streamed body has gone out whole
 */
record Holding(
    ServerWebExchange exchange, boolean harmless, boolean held, boolean streamed, Mono<Void> sent) {

  /** Bodies up to this size are held for another try; a longer one is streamed and sent once. */
  static final int MAX_BODY = 64 * 1024;

  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final String IDEMPOTENCY_PARAMETER = IDEMPOTENCY_KEY.toLowerCase(Locale.ROOT);

  private static final Set<HttpMethod> IDEMPOTENT =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.OPTIONS,
          HttpMethod.TRACE,
          HttpMethod.PUT,
          HttpMethod.DELETE);

  static Mono<Holding> of(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    HttpHeaders headers = request.getHeaders();
    boolean harmless = IDEMPOTENT.contains(request.getMethod()) || hasKey(request);
    long length = headers.getContentLength();
    boolean chunked = headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
    if (length <= 0 && !chunked) {
      return Mono.just(new Holding(exchange, harmless, true, false, Mono.empty()));
    }
    if (harmless && !chunked && length <= MAX_BODY) {
      return DataBufferUtils.join(request.getBody(), MAX_BODY)
          .onErrorMap(broken -> new Problem(HttpStatus.BAD_REQUEST, "The request broke off."))
          .map(Holding::bytes)
          .map(
              body ->
                  new Holding(
                      exchange.mutate().request(new Held(request, body)).build(),
                      true,
                      true,
                      false,
                      Mono.empty()));
    }
    Streamed streamed = new Streamed(request);
    return Mono.just(
        new Holding(
            exchange.mutate().request(streamed).build(),
            harmless,
            false,
            true,
            streamed.end.asMono()));
  }

  private static boolean hasKey(ServerHttpRequest request) {
    String header = request.getHeaders().getFirst(IDEMPOTENCY_KEY);
    if (header != null && !header.isBlank()) {
      return true;
    }
    String query = request.getURI().getRawQuery();
    if (query == null || !query.contains(IDEMPOTENCY_PARAMETER)) {
      return false;
    }
    String parameter = request.getQueryParams().getFirst(IDEMPOTENCY_PARAMETER);
    return parameter != null && !parameter.isBlank();
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

  /** A request whose body is in memory: can be sent any number of times. */
  private static final class Held extends ServerHttpRequestDecorator {
    private final byte[] body;

    Held(ServerHttpRequest request, byte[] body) {
      super(request);
      this.body = body;
    }

    @Override
    public Flux<DataBuffer> getBody() {
      return Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body)));
    }
  }

  /** A request whose body goes straight through: can be sent once. */
  private static final class Streamed extends ServerHttpRequestDecorator {
    private final Sinks.Empty<Void> end = Sinks.empty();

    Streamed(ServerHttpRequest request) {
      super(request);
    }

    @Override
    public Flux<DataBuffer> getBody() {
      return super.getBody().onErrorMap(Faults.ClientBrokeOff::new).doOnComplete(end::tryEmitEmpty);
    }
  }
}
