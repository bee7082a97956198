package dev.mainstay.gateway.config;

import dev.mainstay.gateway.engine.Engine;
import dev.mainstay.gateway.express.Express;
import dev.mainstay.gateway.express.Table;
import dev.mainstay.gateway.route.AccountingFilter;
import dev.mainstay.gateway.route.BalancingFilter;
import dev.mainstay.gateway.route.PoolRoutingFilter;
import dev.mainstay.gateway.upstream.Pools;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.reactor.netty.autoconfigure.NettyServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.config.GlobalCorsProperties;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.WeightCalculatorWebFilter;
import org.springframework.cloud.gateway.route.RouteDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.web.server.WebFilter;

/** Wires the express front; where something is set up that it does not know, there is none. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "mainstay.gateway.express.enabled", matchIfMissing = true)
class ExpressConfiguration {

  private static final Logger log = LoggerFactory.getLogger(ExpressConfiguration.class);

  /** Below the keep-alive of common servers. */
  private static final Duration IDLE = Duration.ofSeconds(4);

  @Bean
  Express express(
      GatewaySettings settings,
      GatewayProperties gateway,
      HttpClientProperties client,
      Pools pools,
      ObjectProvider<GlobalFilter> globalFilters,
      ObjectProvider<WebFilter> webFilters,
      ObjectProvider<GlobalCorsProperties> cors,
      ServerProperties server,
      NettyServerProperties netty,
      Environment environment) {
    Duration idle = client.getPool().getMaxIdleTime();
    Engine engine =
        new Engine(settings.nameOrHost(), settings.exposeServedBy(), idle == null ? IDLE : idle);
    Optional<String> obstacle =
        obstacle(gateway, globalFilters, webFilters, cors, server, netty, environment);
    obstacle.ifPresent(
        what -> log.info("No express front: {} is for Spring Cloud Gateway to heed.", what));
    return new Express(obstacle.isPresent() ? new Table(List.of()) : table(gateway, pools), engine);
  }

  private static Table table(GatewayProperties gateway, Pools pools) {
    List<RouteDefinition> routes = gateway.getRoutes();
    return routes.isEmpty()
        ? Shortcuts.all(pools.all().iterator().next())
        : new Shortcuts(pools).of(routes);
  }

  private static Optional<String> obstacle(
      GatewayProperties gateway,
      ObjectProvider<GlobalFilter> globalFilters,
      ObjectProvider<WebFilter> webFilters,
      ObjectProvider<GlobalCorsProperties> cors,
      ServerProperties server,
      NettyServerProperties netty,
      Environment environment) {
    if (!gateway.getDefaultFilters().isEmpty()) {
      return Optional.of("spring.cloud.gateway.server.webflux.default-filters");
    }
    if (StringUtils.hasText(gateway.getTrustedProxies())) {
      return Optional.of("spring.cloud.gateway.server.webflux.trusted-proxies");
    }
    if (StringUtils.hasText(environment.getProperty("spring.webflux.base-path"))) {
      return Optional.of("spring.webflux.base-path");
    }
    if (cors.stream().anyMatch(it -> !it.getCorsConfigurations().isEmpty())) {
      return Optional.of("spring.cloud.gateway.server.webflux.globalcors");
    }
    if (netty.getIdleTimeout() != null) {
      return Optional.of("server.netty.idle-timeout");
    }
    if (netty.getMaxKeepAliveRequests() != null) {
      return Optional.of("server.netty.max-keep-alive-requests");
    }
    if (server.getCompression() != null && server.getCompression().getEnabled()) {
      return Optional.of("server.compression");
    }
    if (server.getForwardHeadersStrategy() != null) {
      return Optional.of("server.forward-headers-strategy");
    }
    Optional<String> filter =
        globalFilters.stream()
            .filter(it -> !isKnown(it))
            .findFirst()
            .map(it -> it.getClass().getName());
    return filter.isPresent()
        ? filter
        : webFilters.stream()
            .filter(it -> !(it instanceof WeightCalculatorWebFilter))
            .findFirst()
            .map(it -> it.getClass().getName());
  }

  private static boolean isKnown(GlobalFilter filter) {
    return filter instanceof BalancingFilter
        || filter instanceof AccountingFilter
        || filter instanceof PoolRoutingFilter
        || filter.getClass().getPackageName().equals("org.springframework.cloud.gateway.filter");
  }

  @Bean
  ExpressEnd expressEnd(Express express) {
    return new ExpressEnd(express);
  }
}
