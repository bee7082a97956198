package dev.mainstay.db.router.config;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import dev.mainstay.db.router.ConsistentReads;
import dev.mainstay.db.router.ControllerEvents;
import dev.mainstay.db.router.JdbcProbe;
import dev.mainstay.db.router.NodeProbe;
import dev.mainstay.db.router.ReadPolicy;
import dev.mainstay.db.router.RepeatedReads;
import dev.mainstay.db.router.RoutedDataSource;
import dev.mainstay.db.router.Router;
import dev.mainstay.db.router.TopologyMonitor;
import dev.mainstay.db.router.Use;
import dev.mainstay.db.router.WeightedReads;
import dev.mainstay.db.router.Writes;
import java.sql.Connection;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultBeanFactoryPointcutAdvisor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;

/**
 * Makes the application's data source one that routes: {@code @Transactional(readOnly = true)}
 * reads from a replica, all else goes to the primary.
 */
@AutoConfiguration(
    beforeName = {
      "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
      "org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration"
    })
@ConditionalOnClass({HikariDataSource.class, LazyConnectionDataSourceProxy.class})
@ConditionalOnBooleanProperty(name = "mainstay.db.enabled", matchIfMissing = true)
@EnableConfigurationProperties(DbRouterProperties.class)
public final class DbRouterAutoConfiguration {

  private static final String REPEATED_READS = "mainstayRepeatedReads";
  private static final String WRITES = "mainstayWrites";
  private static final String CONSISTENT_READS = "mainstayConsistentReads";

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean(NodeProbe.class)
  JdbcProbe mainstayNodeProbe(DbRouterProperties properties) {
    properties.check();
    return new JdbcProbe(
        properties.observing(),
        properties.observingKey(),
        properties.tls(),
        properties.monitor().timeout(),
        Clock.systemUTC());
  }

  @Bean(initMethod = "start", destroyMethod = "close")
  @ConditionalOnMissingBean
  TopologyMonitor mainstayTopologyMonitor(DbRouterProperties properties, NodeProbe probe) {
    return new TopologyMonitor(
        properties.addresses(),
        probe,
        properties.monitor().interval(),
        properties.monitor().urgentInterval(),
        Clock.systemUTC());
  }

  @Bean(initMethod = "start", destroyMethod = "close")
  @ConditionalOnMissingBean
  ControllerEvents mainstayControllerEvents(
      DbRouterProperties properties, TopologyMonitor monitor) {
    return new ControllerEvents(
        properties.monitor().controllers(), monitor::lookNow, properties.monitor().interval());
  }

  @Bean
  @ConditionalOnMissingBean
  ReadPolicy mainstayReadPolicy(DbRouterProperties properties) {
    return new WeightedReads(
        properties.weights(), properties.reads().maxLag(), properties.returnLag());
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  Router mainstayRouter(
      DbRouterProperties properties,
      TopologyMonitor monitor,
      ReadPolicy reads,
      ObjectProvider<MetricsTrackerFactory> metrics) {
    return new Router(monitor, reads, properties.router(), metrics.getIfUnique());
  }

  /**
   * Outermost the lazy proxy: it learns that a transaction is read-only before it asks for a
   * connection. It is told what connections are like from the start, or it would ask the primary
   * about that, and reads would stand still without one.
   */
  @Bean
  @ConditionalOnMissingBean(DataSource.class)
  LazyConnectionDataSourceProxy dataSource(Router router) {
    LazyConnectionDataSourceProxy lazy = new LazyConnectionDataSourceProxy();
    lazy.setTargetDataSource(
        new RoutedDataSource("the primary", () -> router.connection(Use.WRITE)));
    lazy.setReadOnlyDataSource(
        new RoutedDataSource("the replicas", () -> router.connection(Use.READ)));
    lazy.setDefaultAutoCommit(true);
    lazy.setDefaultTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    return lazy;
  }

  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  @ConditionalOnMissingBean(name = REPEATED_READS)
  static RepeatedReads mainstayRepeatedReads(DbRouterProperties properties) {
    return new RepeatedReads(properties.reads().attempts());
  }

  /** Around the transaction's own advice, whose precedence is the lowest by default. */
  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  @ConditionalOnMissingBean(name = "mainstayRepeatedReadsAdvisor")
  static Advisor mainstayRepeatedReadsAdvisor() {
    DefaultBeanFactoryPointcutAdvisor advisor = new DefaultBeanFactoryPointcutAdvisor();
    advisor.setPointcut(RepeatedReads.pointcut());
    advisor.setAdviceBeanName(REPEATED_READS);
    advisor.setOrder(Ordered.LOWEST_PRECEDENCE - 10);
    return advisor;
  }

  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  @ConditionalOnMissingBean(name = WRITES)
  static Writes mainstayWrites(DbRouterProperties properties) {
    return new Writes(properties.hold());
  }

  /** Around the transaction's own advice, too. */
  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  @ConditionalOnMissingBean(name = "mainstayRerunnableAdvisor")
  static Advisor mainstayRerunnableAdvisor() {
    DefaultBeanFactoryPointcutAdvisor advisor = new DefaultBeanFactoryPointcutAdvisor();
    advisor.setPointcut(Writes.pointcut());
    advisor.setAdviceBeanName(WRITES);
    advisor.setOrder(Ordered.LOWEST_PRECEDENCE - 10);
    return advisor;
  }

  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  @ConditionalOnMissingBean(name = CONSISTENT_READS)
  static ConsistentReads mainstayConsistentReads() {
    return new ConsistentReads();
  }

  /** Around all that may begin a transaction. */
  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  @ConditionalOnMissingBean(name = "mainstayConsistentReadsAdvisor")
  static Advisor mainstayConsistentReadsAdvisor() {
    DefaultBeanFactoryPointcutAdvisor advisor = new DefaultBeanFactoryPointcutAdvisor();
    advisor.setPointcut(ConsistentReads.pointcut());
    advisor.setAdviceBeanName(CONSISTENT_READS);
    advisor.setOrder(Ordered.LOWEST_PRECEDENCE - 20);
    return advisor;
  }

  /**
   * Refuses a write transaction that would take part in a read-only one: it would run on a
   * replica's connection.
   */
  @Bean
  @ConditionalOnMissingBean(name = "mainstayTransactionValidation")
  TransactionManagerCustomizer<AbstractPlatformTransactionManager> mainstayTransactionValidation() {
    return manager -> manager.setValidateExistingTransaction(true);
  }
}
