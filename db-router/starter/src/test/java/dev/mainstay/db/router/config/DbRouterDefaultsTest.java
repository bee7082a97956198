package dev.mainstay.db.router.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

class DbRouterDefaultsTest {

  /**
   * Trap: with a session for the whole request, a write after a read goes to the read's replica.
   */
  @Test
  void aRequestHasNoSessionForAllOfIt() {
    assertThat(openInView()).isEqualTo("false");
  }

  @Test
  void whatTheApplicationSetsWins() {
    assertThat(openInView("--spring.jpa.open-in-view=true")).isEqualTo("true");
  }

  @Test
  void switchedOffNothingIsSet() {
    assertThat(openInView("--mainstay.db.enabled=false")).isNull();
  }

  /**
   * Trap: Hikari's own 30 s and 5 s outlast a fail-over, and every request would wait with them.
   */
  @Test
  void poolsGiveUpLongBeforeAFailOverIsOver() {
    DbRouterProperties.Pool pool =
        new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("mainstay.db.pool", DbRouterProperties.Pool.class);

    assertThat(pool.connectionTimeout()).hasSeconds(1);
    assertThat(pool.validationTimeout()).hasMillis(500);
    assertThat(pool.connectTimeout()).hasSeconds(1);
    assertThat(pool.socketTimeout()).hasSeconds(10);
  }

  private static @Nullable String openInView(String... arguments) {
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(Nothing.class).web(WebApplicationType.NONE).run(arguments)) {
      return context.getEnvironment().getProperty("spring.jpa.open-in-view");
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Nothing {}
}
