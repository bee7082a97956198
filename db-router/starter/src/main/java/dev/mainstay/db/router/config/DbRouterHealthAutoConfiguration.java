package dev.mainstay.db.router.config;

import dev.mainstay.db.router.Cluster;
import dev.mainstay.db.router.Router;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.health.application.ReadinessStateHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** The database in {@code /actuator/health}, and the schema in readiness. */
@AutoConfiguration(
    after = {DbRouterAutoConfiguration.class, DbRouterFlywayAutoConfiguration.class},
    afterName =
        "org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration",
    beforeName = {
      "org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration",
      "org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration",
      "org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration"
    })
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(Router.class)
public final class DbRouterHealthAutoConfiguration {

  /** Takes the name and so the place of Boot's own, which would ask the primary and nobody else. */
  @Bean
  @ConditionalOnMissingBean(name = {"dbHealthIndicator", "dbHealthContributor"})
  @ConditionalOnEnabledHealthIndicator("db")
  HealthIndicator dbHealthContributor(Cluster cluster) {
    return new ClusterHealth(cluster);
  }

  @Bean
  @ConditionalOnMissingBean(name = {"schemaHealthIndicator", "schemaHealthContributor"})
  @ConditionalOnEnabledHealthIndicator("schema")
  @ConditionalOnBean(SchemaMigration.class)
  HealthIndicator schemaHealthContributor(SchemaMigration migration) {
    return new SchemaHealth(migration);
  }

  @Bean
  @ConditionalOnMissingBean(name = "readinessStateHealthIndicator")
  @ConditionalOnBooleanProperty(
      name = "management.endpoint.health.probes.enabled",
      matchIfMissing = true)
  @ConditionalOnBean({SchemaMigration.class, ApplicationAvailability.class})
  ReadinessStateHealthIndicator readinessStateHealthIndicator(
      ApplicationAvailability availability, SchemaMigration migration) {
    return new SchemaAwareReadiness(availability, migration);
  }
}
