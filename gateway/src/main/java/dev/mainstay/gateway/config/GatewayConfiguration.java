package dev.mainstay.gateway.config;

import dev.mainstay.gateway.admin.EventStream;
import dev.mainstay.gateway.admin.Peers;
import dev.mainstay.gateway.admin.PoolsEndpoint;
import dev.mainstay.gateway.admin.StackStream;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.check.Checks;
import dev.mainstay.gateway.config.GatewaySettings.DiscoverySettings;
import dev.mainstay.gateway.config.GatewaySettings.PoolSettings;
import dev.mainstay.gateway.config.GatewaySettings.StackSettings;
import dev.mainstay.gateway.discovery.Discovery;
import dev.mainstay.gateway.express.Express;
import dev.mainstay.gateway.memory.Memory;
import dev.mainstay.gateway.metrics.PoolMetrics;
import dev.mainstay.gateway.problem.ProblemHandler;
import dev.mainstay.gateway.route.AccountingFilter;
import dev.mainstay.gateway.route.BalancingFilter;
import dev.mainstay.gateway.route.PoolRoutingFilter;
import dev.mainstay.gateway.route.ToServerHeaders;
import dev.mainstay.gateway.upstream.Changes;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import dev.mainstay.gateway.watch.Supervisor;
import dev.mainstay.gateway.watch.Watch;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.autoconfigure.NettyServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.route.RouteDefinitionLocator;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

/** Wires pools, filters and checks into Spring Cloud Gateway. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GatewaySettings.class)
@Import({ExpressConfiguration.class, RateLimitConfiguration.class})
public class GatewayConfiguration {

  @Bean
  Changes changes(EventStream events, ObjectProvider<Watch> watch) {
    Logger log = LoggerFactory.getLogger("dev.mainstay.gateway.pools");
    Changes changes = new Changes();
    changes.listen(change -> log.info("{}", change));
    changes.listen(events);
    // The pools, which it watches, are made with these.
    changes.listen(change -> watch.getObject().accept(change));
    return changes;
  }

  @Bean
  Watch watch(GatewaySettings settings, Pools pools, JsonMapper json) {
    StackSettings stack = settings.stack();
    return new Watch(
        settings.nameOrHost(),
        pools,
        stack.controllers(),
        stack.gateways(),
        stack.token(),
        new Supervisor(Optional.ofNullable(stack.supervisor()), json),
        json);
  }

  @Bean
  StackStream stackStream(Watch watch, Pools pools, JsonMapper json) {
    return new StackStream(watch, pools, InstantSource.system(), json);
  }

  @Bean
  WatchLoop watchLoop(Watch watch) {
    return new WatchLoop(watch, InstantSource.system());
  }

  @Bean
  EventStream eventStream(JsonMapper json) {
    return new EventStream(json);
  }

  /** Before the web servers' graceful shutdown begins. */
  @Bean
  ApplicationListener<ContextClosedEvent> endOfEvents(EventStream events, StackStream stack) {
    return _ -> {
      events.close();
      stack.close();
    };
  }

  @Bean
  Memory memory(GatewaySettings settings) {
    try {
      return new Memory(Optional.ofNullable(settings.admin().stateFile()));
    } catch (IllegalArgumentException noSuchPlace) {
      throw new WrongSetupException(
          "mainstay.gateway.admin.state-file: " + noSuchPlace.getMessage());
    }
  }

  @Bean
  Peers peers(GatewaySettings settings) {
    return new Peers(settings.peers(), settings.admin().token());
  }

  @Bean
  Pools pools(GatewaySettings settings, Memory memory, Changes changes) {
    // Two gateways that start together must not send their first requests to the same server.
    RandomGenerator random = RandomGenerator.getDefault();
    return new Pools(
        settings.pools().entrySet().stream()
            .map(
                entry ->
                    pool(
                        entry.getKey(),
                        entry.getValue(),
                        memory.recall(entry.getKey(), entry.getValue().roster()),
                        random,
                        changes))
            .toList());
  }

  private static Pool pool(
      String name, PoolSettings settings, Roster roster, RandomGenerator random, Changes changes) {
    return new Pool(
        name, roster, settings.rules(), random::nextInt, InstantSource.system(), changes);
  }

  @Bean
  Discovery discovery(GatewaySettings settings, Pools pools, Changes changes) {
    Discovery discovery = new Discovery(InstantSource.system(), changes);
    settings
        .pools()
        .forEach(
            (name, settingsOfPool) -> {
              DiscoverySettings found = settingsOfPool.discovery();
              if (found != null) {
                discovery.find(
                    pools.find(name).orElseThrow(),
                    found.target(),
                    found.interval(),
                    found.weight(),
                    found.nameServers());
              }
            });
    return discovery;
  }

  @Bean
  PoolLoop poolLoop(GatewaySettings settings, Pools pools, Discovery discovery) {
    Checks checks = new Checks(pools);
    settings
        .pools()
        .forEach(
            (name, pool) ->
                checks.ask(
                    name, Optional.ofNullable(pool.health().path()), pool.health().timeout()));
    return new PoolLoop(pools, discovery, checks, InstantSource.system());
  }

  @Bean
  BalancingFilter balancingFilter(Pools pools, GatewaySettings settings) {
    return new BalancingFilter(pools, settings.exposeServedBy());
  }

  @Bean
  AccountingFilter accountingFilter() {
    return new AccountingFilter();
  }

  @Bean
  ToServerHeaders toServerHeaders(GatewaySettings settings, GatewayProperties gateway) {
    return new ToServerHeaders(
        settings.nameOrHost(), !StringUtils.hasText(gateway.getTrustedProxies()));
  }

  /** In place of Spring Cloud Gateway's, which {@code application.yml} switches off. */
  @Bean
  PoolRoutingFilter poolRoutingFilter(
      HttpClient client,
      ObjectProvider<List<HttpHeadersFilter>> headersFilters,
      HttpClientProperties properties,
      Pools pools) {
    return new PoolRoutingFilter(client, headersFilters, properties, pools);
  }

  /** Spring Cloud Gateway's own; it goes off together with the filter above. */
  @Bean
  NettyWriteResponseFilter nettyWriteResponseFilter(
      GatewayProperties properties, ObjectProvider<List<HttpHeadersFilter>> headersFilters) {
    return new NettyWriteResponseFilter(properties.getStreamingMediaTypes(), headersFilters);
  }

  /**
   * Reactor Netty would send a request again by itself, to the same server; retries are the
   * balancer's.
   */
  @Bean
  HttpClientCustomizer noRetriesBeside() {
    return client -> client.disableRetry(true);
  }

  /** With no route configured, everything goes to the only pool. */
  @Bean
  RouteLocator onlyPoolRoute(RouteLocatorBuilder routes, GatewayProperties gateway, Pools pools) {
    RouteLocatorBuilder.Builder builder = routes.routes();
    if (!gateway.getRoutes().isEmpty()) {
      return builder.build();
    }
    if (pools.all().size() > 1) {
      throw new WrongSetupException(
          "spring.cloud.gateway.server.webflux.routes is empty, and there is more than one pool: %s (expected: routes that say which pool serves what)"
              .formatted(pools.names()));
    }
    String only = pools.all().iterator().next().name();
    return builder
        .route(
            only, route -> route.order(Ordered.LOWEST_PRECEDENCE).path("/**").uri("lb://" + only))
        .build();
  }

  @Bean
  RouteCheck routeCheck(RouteDefinitionLocator routes, Pools pools, Environment environment) {
    if (ManagementPortType.get(environment) == ManagementPortType.SAME) {
      throw new WrongSetupException(
          "management.server.port is \"%s\", the site's own port (expected: another port, for the admin API)"
              .formatted(environment.getProperty("management.server.port")));
    }
    return new RouteCheck(routes, pools);
  }

  @Bean
  @ConditionalOnProperty("mainstay.gateway.share-port")
  SharedPort sharedPort() {
    return new SharedPort();
  }

  @Bean
  FrontDoor frontDoor(
      GatewaySettings settings,
      ServerProperties server,
      NettyServerProperties netty,
      ObjectProvider<Express> express,
      LastCall lastCall) {
    return FrontDoor.of(settings.guard(), server, netty, express.stream().findFirst(), lastCall);
  }

  @Bean
  LastCall lastCall(GatewaySettings settings) {
    return new LastCall(settings.guard().lastCall());
  }

  @Bean
  ProblemHandler problemHandler() {
    return new ProblemHandler();
  }

  /** Not where reading needs the token, which the actuator does not ask for. */
  @Bean
  @ConditionalOnProperty(
      name = "mainstay.gateway.admin.open-read",
      havingValue = "true",
      matchIfMissing = true)
  PoolsEndpoint poolsEndpoint(Pools pools) {
    return new PoolsEndpoint(pools);
  }

  @Bean
  PoolMetrics poolMetrics(MeterRegistry registry, Pools pools, Changes changes) {
    return new PoolMetrics(registry, pools, changes);
  }
}
