package dev.mainstay.gateway.route;

import dev.mainstay.gateway.upstream.Attempt;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import io.netty.channel.ChannelOption;
import io.netty.util.AttributeKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.filter.NettyRoutingFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.RouteMetadataUtils;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;

/**
 * Spring Cloud Gateway's own way to send a request, with each pool's connect time-out. The clients
 * are made once: building one per request, as route metadata would, costs more than a pick.
 */
public final class PoolRoutingFilter extends NettyRoutingFilter {

  /** Set on a connection that has carried a request. */
  private static final AttributeKey<Boolean> SERVED = AttributeKey.valueOf("mainstay.served");

  private final Map<String, HttpClient> byPool = new HashMap<>();

  public PoolRoutingFilter(
      HttpClient client,
      ObjectProvider<List<HttpHeadersFilter>> headersFilters,
      HttpClientProperties properties,
      Pools pools) {
    super(client, headersFilters, properties);
    for (Pool pool : pools.all()) {
      int millis = Math.toIntExact(pool.timeouts().connect().toMillis());
      byPool.put(
          pool.name(),
          client
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
              .doOnRequest(PoolRoutingFilter::noteReuse));
    }
  }

  private static void noteReuse(HttpClientRequest request, Connection connection) {
    boolean reused = connection.channel().attr(SERVED).getAndSet(Boolean.TRUE) != null;
    if (reused) {
      request.currentContextView().<Attempt>getOrEmpty(Attempt.class).ifPresent(Attempt::onReused);
    }
  }

  @Override
  protected HttpClient getHttpClient(Route route, ServerWebExchange exchange) {
    HttpClient client =
        "lb".equals(route.getUri().getScheme()) ? byPool.get(route.getUri().getHost()) : null;
    if (client == null
        || route.getMetadata().containsKey(RouteMetadataUtils.CONNECT_TIMEOUT_ATTR)) {
      return super.getHttpClient(route, exchange);
    }
    return client;
  }
}
