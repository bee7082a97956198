package dev.mainstay.db.router.config;

import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.router.RoutedDataSource;
import dev.mainstay.db.router.Router;
import dev.mainstay.db.router.TopologyMonitor;
import dev.mainstay.db.router.Use;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.annotation.Bean;

/** Lets Flyway migrate on the primary only, with its own account, when there is a primary. */
@AutoConfiguration(
    after = DbRouterAutoConfiguration.class,
    beforeName = "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration")
@ConditionalOnClass({Flyway.class, FlywayMigrationStrategy.class})
@ConditionalOnBean(Router.class)
@ConditionalOnBooleanProperty(name = "spring.flyway.enabled", matchIfMissing = true)
public final class DbRouterFlywayAutoConfiguration {

  @Bean(defaultCandidate = false)
  @FlywayDataSource
  @ConditionalOnMissingBean(name = "mainstayMigrationDataSource")
  DataSource mainstayMigrationDataSource(DbRouterProperties properties, Router router) {
    Credentials account = properties.migrating();
    return new RoutedDataSource(
        "the primary, as " + account.username(),
        () -> router.directToPrimary(account, properties.migrate().socketTimeout()));
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean(FlywayMigrationStrategy.class)
  SchemaMigration mainstaySchemaMigration(
      DbRouterProperties properties, TopologyMonitor monitor, Router router) {
    return new SchemaMigration(
        monitor,
        new RoutedDataSource("the replicas", () -> router.connection(Use.READ)),
        properties.migrate().patience(),
        properties.migratingKey());
  }
}
