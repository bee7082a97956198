package dev.mainstay.db.router.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.router.CausalTokens;
import dev.mainstay.db.router.Cluster;
import dev.mainstay.db.router.NoPrimaryException;
import dev.mainstay.db.router.NoReadableNodeException;
import dev.mainstay.db.router.ReadPolicy;
import dev.mainstay.db.router.Router;
import dev.mainstay.db.router.Use;
import dev.mainstay.db.router.WeightedReads;
import dev.mainstay.db.router.web.CausalTokenFilter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Starts contexts with nodes that nobody runs: nothing here may need a database. */
class DbRouterAutoConfigurationTest {

  private static final AutoConfigurations CONFIGURATIONS =
      AutoConfigurations.of(
          DbRouterAutoConfiguration.class,
          DbRouterFlywayAutoConfiguration.class,
          DbRouterMetricsAutoConfiguration.class,
          DbRouterHealthAutoConfiguration.class,
          DbRouterWebAutoConfiguration.class,
          DataSourceAutoConfiguration.class,
          JdbcTemplateAutoConfiguration.class,
          TransactionManagerCustomizationAutoConfiguration.class,
          DataSourceTransactionManagerAutoConfiguration.class,
          TransactionAutoConfiguration.class);

  private static final String[] FIVE_LINES = {
    "mainstay.db.nodes=db-1=127.0.0.1:1,db-2=127.0.0.1:2",
    "mainstay.db.schema=board",
    "mainstay.db.username=app",
    "mainstay.db.password=secret"
  };

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(CONFIGURATIONS)
          .withPropertyValues(FIVE_LINES);

  @Test
  void defaultEnabled() {
    runner.run(
        context -> {
          assertThat(context).hasSingleBean(Cluster.class).hasSingleBean(Router.class);
          assertThat(context.getBean(DataSource.class))
              .isInstanceOf(LazyConnectionDataSourceProxy.class);
          assertThat(context).getBean(ReadPolicy.class).isInstanceOf(WeightedReads.class);
          assertThat(context).doesNotHaveBean(CausalTokenFilter.class);
          assertThat(context).doesNotHaveBean(MetricsTrackerFactory.class);
          assertThat(context.getBean(Cluster.class).topology().nodes())
              .extracting(node -> node.id())
              .containsExactly(new NodeId("db-1"), new NodeId("db-2"));
        });
  }

  @Test
  void disabled() {
    runner
        .withPropertyValues(
            "mainstay.db.enabled=false", "spring.datasource.url=jdbc:mysql://127.0.0.1:1/board")
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(Router.class).doesNotHaveBean(Cluster.class);
              assertThat(context).doesNotHaveBean(FlywayMigrationStrategy.class);
              assertThat(context).doesNotHaveBean("dbHealthContributor");
            });
  }

  @Test
  void customPolicyWins() {
    runner
        .withUserConfiguration(OwnPolicy.class)
        .run(context -> assertThat(context).hasSingleBean(ReadPolicy.class).hasBean("nobody"));
  }

  @Test
  void ownDataSourceWins() {
    runner
        .withUserConfiguration(OwnDataSource.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed().doesNotHaveBean("dataSource");
              assertThat(context.getBean(DataSource.class)).isSameAs(context.getBean("mine"));
            });
  }

  @Test
  void visitorsOfAServletApplicationGetTokens() {
    WebApplicationContextRunner web =
        new WebApplicationContextRunner()
            .withConfiguration(CONFIGURATIONS)
            .withPropertyValues(FIVE_LINES);

    web.run(
        context ->
            assertThat(context)
                .hasSingleBean(CausalTokens.class)
                .hasSingleBean(CausalTokenFilter.class));
    // A method may ask for more than the application does.
    web.withPropertyValues("mainstay.db.consistency=eventual")
        .run(context -> assertThat(context).hasSingleBean(CausalTokenFilter.class));
    web.withPropertyValues("mainstay.db.causal.enabled=false")
        .run(
            context ->
                assertThat(context)
                    .doesNotHaveBean(CausalTokens.class)
                    .doesNotHaveBean(CausalTokenFilter.class));
    runner
        .withClassLoader(new FilteredClassLoader("jakarta.servlet", "org.springframework.web"))
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(CausalTokens.class));
  }

  @Test
  void withoutAHoldAWriteWithoutAPrimaryFailsAtOnceAndSaysSo() {
    runner
        .withPropertyValues("mainstay.db.hold=0")
        .run(
            context -> {
              TransactionTemplate write =
                  new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
              JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);

              Throwable failure =
                  catchThrowable(
                      () ->
                          write.executeWithoutResult(
                              status -> jdbc.update("insert into t values (1)")));

              assertThat(NoPrimaryException.isCauseOf(failure)).isTrue();
              assertThat(failure)
                  .rootCause()
                  .hasMessageContaining(
                      "no primary to write to: db-1 is UNREACHABLE (connection refused)")
                  .hasMessageContaining("db-2 is UNREACHABLE");
              assertThat(context.getBean(Router.class).writesWithoutPrimary()).isEqualTo(1);
            });
  }

  @Test
  void aReadWithoutAnyNodeFailsAtOnceAndSaysSo() {
    runner.run(
        context ->
            assertThatExceptionOfType(NoReadableNodeException.class)
                .isThrownBy(() -> context.getBean(Router.class).connection(Use.READ))
                .withMessageContaining("db-2 is UNREACHABLE"));
  }

  /**
   * Trap: unless told, the lazy proxy asks the primary what a connection is like, also for a read.
   */
  @Test
  void whatConnectionsAreLikeIsKnownWithoutAskingThePrimary() {
    runner.run(
        context -> {
          try (Connection lazy = context.getBean(DataSource.class).getConnection()) {
            lazy.setReadOnly(true);
            assertThat(lazy.getAutoCommit()).isTrue();
            assertThat(lazy.getTransactionIsolation())
                .isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
          }

          assertThat(context.getBean(Router.class).writesWithoutPrimary()).isZero();
        });
  }

  /** Trap: a write that takes part in a read-only transaction would run on a replica. */
  @Test
  void aWriteInsideAReadOnlyTransactionIsRefused() {
    runner.run(
        context -> {
          PlatformTransactionManager manager = context.getBean(PlatformTransactionManager.class);
          TransactionTemplate read = new TransactionTemplate(manager);
          read.setReadOnly(true);
          TransactionTemplate write = new TransactionTemplate(manager);

          assertThatExceptionOfType(IllegalTransactionStateException.class)
              .isThrownBy(
                  () -> read.executeWithoutResult(outer -> write.executeWithoutResult(inner -> {})))
              .withMessageContaining("read-only");
        });
  }

  @Test
  void healthIsDownWhenNothingCanBeReadAndNamesEveryNode() {
    runner.run(
        context -> {
          Health health = health(context, "dbHealthContributor");

          assertThat(health.getStatus()).isEqualTo(Status.DOWN);
          assertThat(health.getDetails().get("nodes"))
              .asString()
              .contains("db-1={role=UNREACHABLE", "db-2={role=UNREACHABLE");
        });
  }

  @Test
  void metricsWhereThereIsARegistry() {
    runner
        .withUserConfiguration(OwnRegistry.class)
        .run(
            context -> {
              MeterRegistry registry = context.getBean(MeterRegistry.class);
              context
                  .getBeansOfType(io.micrometer.core.instrument.binder.MeterBinder.class)
                  .values()
                  .forEach(binder -> binder.bindTo(registry));

              assertThat(
                      registry
                          .get("mainstay.db.node.reachable")
                          .tag("node", "db-1")
                          .gauge()
                          .value())
                  .isZero();
              assertThat(registry.get("mainstay.db.node.lag").tag("node", "db-2").gauge().value())
                  .isNaN();
              assertThat(
                      registry
                          .get("mainstay.db.connections")
                          .tags("node", "db-2", "use", "read")
                          .functionCounter()
                          .count())
                  .isZero();
              assertThat(
                      registry
                          .get("mainstay.db.reads.causal")
                          .tag("outcome", "waited")
                          .functionCounter()
                          .count())
                  .isZero();
              assertThat(
                      registry
                          .get("mainstay.db.reads.causal.wait")
                          .tag("reached", "true")
                          .timer()
                          .count())
                  .isZero();
              assertThat(registry.get("mainstay.db.node.reads").tag("node", "db-1").gauge().value())
                  .isZero();
              assertThat(context).hasSingleBean(MetricsTrackerFactory.class);
            });
  }

  /** Trap: Flyway would migrate through the application's data source and account. */
  @Test
  void flywayHasADataSourceOfItsOwnThatOthersDoNotSee() {
    runner
        .withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
        .withPropertyValues(
            "mainstay.db.migrate.username=migrate",
            "mainstay.db.migrate.password=secret",
            "mainstay.db.migrate.patience=0s")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(
                      context
                          .getBean(org.flywaydb.core.Flyway.class)
                          .getConfiguration()
                          .getDataSource())
                  .hasToString("the primary, as migrate");
              assertThat(context.getBean(DataSource.class))
                  .isInstanceOf(LazyConnectionDataSourceProxy.class);
              assertThat(context.getBean(SchemaMigration.class).state().current()).isFalse();
              assertThat(health(context, "schemaHealthContributor").getStatus())
                  .isEqualTo(Status.OUT_OF_SERVICE);
            });
  }

  private static Health health(ApplicationContext context, String bean) {
    return Objects.requireNonNull(context.getBean(bean, HealthIndicator.class).health());
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnPolicy {
    @Bean
    ReadPolicy nobody() {
      return (topology, turn) -> List.of();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnDataSource {
    @Bean
    DataSource mine() {
      return new AbstractDataSource() {
        @Override
        public Connection getConnection() {
          throw new UnsupportedOperationException();
        }

        @Override
        public Connection getConnection(String username, String password) {
          throw new UnsupportedOperationException();
        }
      };
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnRegistry {
    @Bean
    MeterRegistry registry() {
      return new SimpleMeterRegistry();
    }
  }
}
