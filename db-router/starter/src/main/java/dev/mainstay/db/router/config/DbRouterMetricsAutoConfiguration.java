package dev.mainstay.db.router.config;

import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import dev.mainstay.db.router.CausalTokens;
import dev.mainstay.db.router.Cluster;
import dev.mainstay.db.router.RepeatedReads;
import dev.mainstay.db.router.Router;
import dev.mainstay.db.router.Writes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Metrics of routing, nodes and pools, where there is a registry. */
@AutoConfiguration(
    after = DbRouterAutoConfiguration.class,
    afterName =
        "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({Router.class, MeterRegistry.class})
public final class DbRouterMetricsAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean(name = "mainstayRouterMetrics")
  MeterBinder mainstayRouterMetrics(
      DbRouterProperties properties,
      Cluster cluster,
      Router router,
      RepeatedReads reads,
      Writes writes,
      ObjectProvider<CausalTokens> tokens) {
    return new RouterMetrics(
        properties.addresses(), cluster, router, reads, writes, tokens.getIfAvailable());
  }

  /**
   * The registry is looked up when the first pool is made: the router must not wait for it, nor it
   * for the router.
   */
  @Bean
  @ConditionalOnMissingBean
  MetricsTrackerFactory mainstayPoolMetrics(ObjectProvider<MeterRegistry> registry) {
    return (pool, stats) ->
        new MicrometerMetricsTrackerFactory(registry.getObject()).create(pool, stats);
  }
}
