package dev.mainstay.db.controller.config;

import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.web.Token;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ControllerProperties.class)
class ControllerConfiguration {

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean(destroyMethod = "close")
  Controller controller(ControllerProperties properties, Clock clock) {
    return new Controller(properties.settings(), clock);
  }

  /** Starts the loop with the context, so that a context that is only trained touches no node. */
  @Bean
  SmartLifecycle controllerLifecycle(Controller controller) {
    return new SmartLifecycle() {
      private volatile boolean running;

      @Override
      public void start() {
        running = true;
        controller.start();
      }

      @Override
      public void stop() {
        running = false;
        controller.close();
      }

      @Override
      public boolean isRunning() {
        return running;
      }
    };
  }

  @Bean
  Token token(ControllerProperties properties) {
    return new Token(properties.token());
  }

  @Bean
  ControllerMetrics controllerMetrics(Controller controller) {
    return new ControllerMetrics(controller);
  }

  @Bean
  ControllerHealth controllerHealthIndicator(Controller controller, Clock clock) {
    return new ControllerHealth(controller, clock);
  }
}
