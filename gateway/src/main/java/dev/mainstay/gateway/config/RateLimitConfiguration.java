package dev.mainstay.gateway.config;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.caffeine.Bucket4jCaffeine;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/**
 * What Spring Cloud Gateway's filter {@code RequestRateLimiter} needs: a bucket for each client's
 * address, kept in this process. Gateways that stand side by side count each for itself.
 */
@Configuration(proxyBeanMethods = false)
class RateLimitConfiguration {

  /** A bucket is forgotten so long after it is full again; of very many, those used least. */
  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  private static final int MOST_CLIENTS = 100_000;

  @Bean
  AsyncProxyManager<String> clientBuckets() {
    return Bucket4jCaffeine.<String>builderFor(Caffeine.newBuilder().maximumSize(MOST_CLIENTS))
        .expirationAfterWrite(
            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(REMEMBERED))
        .build()
        .asAsync();
  }

  @Bean
  KeyResolver clientAddress() {
    return exchange -> {
      InetSocketAddress client = exchange.getRequest().getRemoteAddress();
      return client == null || client.getAddress() == null
          ? Mono.empty()
          : Mono.just(client.getAddress().getHostAddress());
    };
  }
}
