package dev.mainstay.web.config;

import dev.mainstay.web.guard.BodyLimit;
import dev.mainstay.web.guard.CrossOriginGuard;
import dev.mainstay.web.guard.OwnEndpoints;
import dev.mainstay.web.guard.SecurityHeaders;
import dev.mainstay.web.idempotency.IdempotencyKeyResolver;
import jakarta.servlet.Filter;
import java.time.InstantSource;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.type.LogicalType;

/** Wires the filters, the clock and the arguments of controllers. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WebProperties.class)
class WebConfiguration implements WebMvcConfigurer {

  /**
   * Larger than any valid post: 5,000 characters, each escaped to at most 12 bytes, and some air.
   */
  private static final int MAX_BODY_BYTES = 96 * 1024;

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(new IdempotencyKeyResolver());
  }

  @Bean
  InstantSource clock() {
    return InstantSource.system();
  }

  /** A title is text: 5 and true are refused, not taken for "5" and "true". */
  @Bean
  JsonMapperBuilderCustomizer onlyTextIsText() {
    return json ->
        json.withCoercionConfig(
            LogicalType.Textual,
            text ->
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
  }

  @Bean
  FilterRegistrationBean<SecurityHeaders> securityHeaders() {
    return first(new SecurityHeaders(), 10);
  }

  @Bean
  FilterRegistrationBean<OwnEndpoints> ownEndpoints() {
    return first(new OwnEndpoints(), 15);
  }

  @Bean
  FilterRegistrationBean<BodyLimit> bodyLimit() {
    return first(new BodyLimit(MAX_BODY_BYTES), 20);
  }

  @Bean
  FilterRegistrationBean<CrossOriginGuard> crossOriginGuard() {
    return first(new CrossOriginGuard(), 30);
  }

  private static <F extends Filter> FilterRegistrationBean<F> first(F filter, int order) {
    var registration = new FilterRegistrationBean<>(filter);
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + order);
    return registration;
  }
}
