package dev.mainstay.db.router.config;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Defaults of Spring Boot's own properties that routing needs; whatever the application sets wins.
 *
 * <ul>
 *   <li>{@code spring.jpa.open-in-view=false}: with it a request has one session, and so one
 *       connection, and a write after the first read would go to the replica that served the read.
 *   <li>{@code spring.jpa.hibernate.ddl-auto=none}: unless told, Boot asks the primary whether it
 *       is an embedded database, and an application would not start without one. Besides, the
 *       application's account may not change the schema.
 * </ul>
 */
final class DbRouterDefaults implements EnvironmentPostProcessor, Ordered {

  static final Map<String, Object> DEFAULTS =
      Map.of("spring.jpa.open-in-view", "false", "spring.jpa.hibernate.ddl-auto", "none");

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    if (environment.getProperty("mainstay.db.enabled", Boolean.class, true)) {
      environment
          .getPropertySources()
          .addLast(new MapPropertySource("mainstayDbDefaults", DEFAULTS));
    }
  }

  /** After the configuration files were read. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }
}
