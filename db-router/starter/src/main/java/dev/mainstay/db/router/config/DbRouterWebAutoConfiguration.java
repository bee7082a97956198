package dev.mainstay.db.router.config;

import dev.mainstay.db.router.Router;
import dev.mainstay.db.router.WriteListener;
import dev.mainstay.db.router.web.OwnWritesFilter;
import jakarta.servlet.Filter;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets visitors of a servlet application see what they wrote. */
@AutoConfiguration(after = DbRouterAutoConfiguration.class)
@ConditionalOnClass({Filter.class, OncePerRequestFilter.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(Router.class)
@ConditionalOnProperty(
    name = "mainstay.db.consistency",
    havingValue = "causal",
    matchIfMissing = true)
public final class DbRouterWebAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  OwnWritesFilter mainstayOwnWritesFilter() {
    return new OwnWritesFilter(Clock.systemUTC());
  }

  @Bean
  @ConditionalOnMissingBean
  WriteListener mainstayWriteListener() {
    return new WriteListener();
  }
}
