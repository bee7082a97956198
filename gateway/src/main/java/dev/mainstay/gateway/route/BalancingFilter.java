package dev.mainstay.gateway.route;

import dev.mainstay.gateway.problem.Problem;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import java.net.URI;
import java.util.Optional;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Sends a request for {@code lb://POOL} to a server of that pool. It stands where Spring Cloud's
 * own balancing filter would: after the route's address is known, before the request goes out.
 *
 * <p>The {@code Host} header goes through as the client sent it, as behind HAProxy, so that
 * redirects and links lead back here.
 */
public final class BalancingFilter implements GlobalFilter, Ordered {

  public static final int ORDER = 10_150;

  private final Pools pools;
  private final boolean exposeServedBy;

  public BalancingFilter(Pools pools, boolean exposeServedBy) {
    this.pools = pools;
    this.exposeServedBy = exposeServedBy;
  }

  @Override
  public int getOrder() {
    return ORDER;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    URI url = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
    if (url == null || !balanced(url, exchange)) {
      return chain.filter(exchange);
    }
    Optional<Pool> pool = pools.find(url.getHost());
    if (pool.isEmpty()) {
      return Mono.error(
          new Problem(
              HttpStatus.SERVICE_UNAVAILABLE,
              "The route leads to pool %s, which is not configured (expected one of: %s)."
                  .formatted(url.getHost(), pools.names())));
    }
    if (exchange.getRequest().getHeaders().containsHeader(HttpHeaders.HOST)) {
      exchange
          .getAttributes()
          .putIfAbsent(ServerWebExchangeUtils.PRESERVE_HOST_HEADER_ATTRIBUTE, true);
    }
    return Holding.of(exchange)
        .flatMap(request -> new Passage(pool.get(), url, request, chain, exposeServedBy).go());
  }

  /**
   * {@code lb://pool}, and {@code lb:ws://pool} as Spring Cloud Gateway writes balanced WebSockets.
   */
  private static boolean balanced(URI url, ServerWebExchange exchange) {
    return "lb".equals(url.getScheme())
        || "lb".equals(exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_SCHEME_PREFIX_ATTR));
  }
}
