package dev.mainstay.gateway.express;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Set;

/**
 * Whether a server may be asked twice: an idempotent method, or a request with an {@code
 * Idempotency-Key}, as a header or as the parameter {@code ?idempotency-key=}.
 */
final class Harmless {

  private static final Set<HttpMethod> IDEMPOTENT =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.OPTIONS,
          HttpMethod.TRACE,
          HttpMethod.PUT,
          HttpMethod.DELETE);

  private static final String HEADER = "Idempotency-Key";
  private static final String PARAMETER = "idempotency-key";

  private Harmless() {}

  static boolean is(HttpRequest request) {
    return IDEMPOTENT.contains(request.method()) || hasKey(request);
  }

  private static boolean hasKey(HttpRequest request) {
    String header = request.headers().get(HEADER);
    if (header != null && !header.isBlank()) {
      return true;
    }
    if (!request.uri().contains(PARAMETER)) {
      return false;
    }
    List<String> values = new QueryStringDecoder(request.uri()).parameters().get(PARAMETER);
    return values != null && !values.getFirst().isBlank();
  }
}
