package dev.mainstay.db.router.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.router.Router;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.MariaDBDialect;
import org.hibernate.dialect.MySQLDialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.JpaTransactionManager;

class DbRouterJpaAutoConfigurationTest {

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  DbRouterAutoConfiguration.class,
                  DbRouterJpaAutoConfiguration.class,
                  TransactionManagerCustomizationAutoConfiguration.class,
                  HibernateJpaAutoConfiguration.class))
          .withUserConfiguration(Application.class)
          .withInitializer(
              context ->
                  new DbRouterDefaults()
                      .postProcessEnvironment(context.getEnvironment(), new SpringApplication()))
          .withPropertyValues(
              "mainstay.db.nodes=db-1=127.0.0.1:1",
              "mainstay.db.schema=board",
              "mainstay.db.username=app",
              "mainstay.db.password=secret");

  /** Trap: Hibernate asks the database what it is, and does not start without one. */
  @Test
  void hibernateStartsWithoutADatabaseAndAsksNobody() {
    runner.run(
        context -> {
          assertThat(context).hasNotFailed();
          assertThat(dialect(context)).isExactlyInstanceOf(MySQLDialect.class);
          assertThat(context.getBean(Router.class).writesWithoutPrimary()).isZero();
        });
  }

  @Test
  void theEngineCanBeNamedForAStartWithoutNodes() {
    runner
        .withPropertyValues("mainstay.db.engine=mariadb")
        .run(context -> assertThat(dialect(context)).isExactlyInstanceOf(MariaDBDialect.class));
  }

  @Test
  void aDialectOfTheApplicationsChoiceWins() {
    runner
        .withPropertyValues(
            "mainstay.db.engine=mariadb",
            "spring.jpa.database-platform=org.hibernate.dialect.MySQLDialect")
        .run(context -> assertThat(dialect(context)).isExactlyInstanceOf(MySQLDialect.class));
    runner
        .withPropertyValues(
            "spring.jpa.properties.hibernate.dialect=org.hibernate.dialect.MariaDBDialect")
        .run(context -> assertThat(dialect(context)).isExactlyInstanceOf(MariaDBDialect.class));
  }

  /** Trap: with this setting every read goes to the primary, and nothing says so. */
  @Test
  void aConnectionHandlingThatLosesTheReadOnlyFlagIsRefused() {
    runner
        .withPropertyValues(
            "spring.jpa.properties.hibernate.connection.handling_mode="
                + "DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .hasStackTraceContaining(
                        InvalidConfigurationPropertyValueException.class.getName())
                    .hasStackTraceContaining(
                        "spring.jpa.properties.hibernate.connection.handling_mode")
                    .hasStackTraceContaining("expected: not set"));
  }

  @Test
  void theJpaTransactionManagerRefusesAWriteInsideAReadOnlyTransaction() {
    runner.run(
        context ->
            assertThat(context.getBean(JpaTransactionManager.class).isValidateExistingTransaction())
                .isTrue());
  }

  private static Dialect dialect(AssertableApplicationContext context) {
    return context
        .getBean(EntityManagerFactory.class)
        .unwrap(SessionFactoryImplementor.class)
        .getJdbcServices()
        .getDialect();
  }

  @Entity(name = "Thing")
  static class Thing {
    @Id long id;
  }

  @Configuration(proxyBeanMethods = false)
  @EntityScan(basePackageClasses = Thing.class)
  static class Application {}
}
