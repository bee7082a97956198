package dev.mainstay.db.router.config;

import dev.mainstay.db.router.CausalTokens;
import dev.mainstay.db.router.Router;
import dev.mainstay.db.router.TopologyMonitor;
import dev.mainstay.db.router.web.CausalTokenFilter;
import jakarta.servlet.Filter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets visitors of a servlet application see what they wrote, and nothing older than they saw. */
@AutoConfiguration(after = DbRouterAutoConfiguration.class)
@ConditionalOnClass({Filter.class, OncePerRequestFilter.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(Router.class)
@ConditionalOnBooleanProperty(name = "mainstay.db.causal.enabled", matchIfMissing = true)
public final class DbRouterWebAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  CausalTokens mainstayCausalTokens(DbRouterProperties properties, TopologyMonitor monitor) {
    return properties.causal().key() == null
        ? CausalTokens.of(properties.application(), properties.router().schema(), monitor)
        : CausalTokens.withKey(properties.causal().key(), monitor);
  }

  @Bean
  @ConditionalOnMissingBean
  CausalTokenFilter mainstayCausalTokenFilter(CausalTokens tokens) {
    return new CausalTokenFilter(tokens);
  }
}
