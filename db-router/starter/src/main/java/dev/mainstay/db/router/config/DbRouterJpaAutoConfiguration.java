package dev.mainstay.db.router.config;

import dev.mainstay.db.Engine;
import dev.mainstay.db.router.Router;
import dev.mainstay.db.router.TopologyMonitor;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.cfg.JdbcSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.boot.jpa.autoconfigure.JpaProperties;
import org.springframework.context.annotation.Bean;

/** Lets Hibernate start without a database, and keeps it from losing the read-only flag. */
@AutoConfiguration(
    after = DbRouterAutoConfiguration.class,
    beforeName = "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration")
@ConditionalOnClass({HibernatePropertiesCustomizer.class, JdbcSettings.class})
@ConditionalOnBean(Router.class)
public final class DbRouterJpaAutoConfiguration {

  private static final Logger log = LoggerFactory.getLogger(DbRouterJpaAutoConfiguration.class);
  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);
  private static final String HOLD = "DELAYED_ACQUISITION_AND_HOLD";

  @Bean
  @ConditionalOnMissingBean(name = "mainstayHibernateProperties")
  HibernatePropertiesCustomizer mainstayHibernateProperties(
      DbRouterProperties properties, TopologyMonitor monitor, JpaProperties jpa) {
    return settings -> {
      Object handling = settings.get(JdbcSettings.CONNECTION_HANDLING);
      if (handling != null && !handling.toString().equalsIgnoreCase(HOLD)) {
        throw new InvalidConfigurationPropertyValueException(
            "spring.jpa.properties." + JdbcSettings.CONNECTION_HANDLING,
            handling,
            "with it Hibernate does not tell the connection that a transaction is read-only, and every"
                + " read goes to the primary (expected: not set)");
      }
      settings.putIfAbsent(JdbcSettings.ALLOW_METADATA_ON_BOOT, "false");
      // A dialect of the application's choice wins; to name the product names the dialect, without
      // a warning.
      if (!settings.containsKey(JdbcSettings.DIALECT)
          && jpa.getDatabasePlatform() == null
          && jpa.getDatabase() == null) {
        settings.computeIfAbsent(
            JdbcSettings.JAKARTA_HBM2DDL_DB_NAME, key -> product(properties, monitor));
      }
    };
  }

  private static String product(DbRouterProperties properties, TopologyMonitor monitor) {
    Optional<Engine> engine = properties.chosenEngine();
    if (engine.isEmpty()) {
      try {
        monitor.awaitFirstLook(FIRST_LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      engine = monitor.topology().engine();
    }
    if (engine.isEmpty()) {
      log.warn(
          "No node says what it runs: Hibernate takes it for MySQL; mainstay.db.engine tells it otherwise");
    }
    return switch (engine.orElse(Engine.MYSQL)) {
      case MYSQL -> "MySQL";
      case MARIADB -> "MariaDB";
    };
  }
}
