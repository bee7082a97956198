package dev.mainstay.gateway.route;

import java.net.InetSocketAddress;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/**
 * What a server is told besides the client's own request: which gateway sent it ({@code
 * X-Mainstay-Gateway}), and for whom ({@code X-Forwarded-For}, {@code -Host}, {@code -Proto},
 * {@code -Port}). Whatever the client claimed in these is dropped; Spring Cloud Gateway's own
 * filters speak instead where {@code trusted-proxies} names proxies whose word counts.
 */
public final class ToServerHeaders implements HttpHeadersFilter, Ordered {

  public static final String GATEWAY = "X-Mainstay-Gateway";

  private final String gatewayId;
  private final boolean forwarded;

  /**
   * @param forwarded whether to write {@code X-Forwarded-*}; false where Spring Cloud Gateway does
   */
  public ToServerHeaders(String gatewayId, boolean forwarded) {
    this.gatewayId = gatewayId;
    this.forwarded = forwarded;
  }

  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }

  @Override
  public boolean supports(Type type) {
    return type == Type.REQUEST;
  }

  @Override
  public HttpHeaders filter(HttpHeaders input, ServerWebExchange exchange) {
    HttpHeaders headers = new HttpHeaders();
    headers.addAll(input);
    headers.set(GATEWAY, gatewayId);
    if (forwarded) {
      forward(headers, exchange.getRequest());
    }
    return headers;
  }

  private static void forward(HttpHeaders headers, ServerHttpRequest request) {
    headers.remove("Forwarded");
    headers.remove("X-Forwarded-Prefix");
    InetSocketAddress client = request.getRemoteAddress();
    if (client == null || client.getAddress() == null) {
      headers.remove("X-Forwarded-For");
    } else {
      headers.set("X-Forwarded-For", client.getAddress().getHostAddress());
    }
    String scheme = request.getURI().getScheme();
    headers.set("X-Forwarded-Proto", scheme);
    int port = request.getURI().getPort();
    headers.set(
        "X-Forwarded-Port", Integer.toString(port > 0 ? port : "https".equals(scheme) ? 443 : 80));
    String host = request.getHeaders().getFirst(HttpHeaders.HOST);
    if (host == null) {
      headers.remove("X-Forwarded-Host");
    } else {
      headers.set("X-Forwarded-Host", host);
    }
  }
}
