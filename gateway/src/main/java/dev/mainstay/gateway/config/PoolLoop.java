package dev.mainstay.gateway.config;

import dev.mainstay.gateway.check.Checks;
import dev.mainstay.gateway.discovery.Discovery;
import dev.mainstay.gateway.upstream.Pools;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Ticks the pools, discovery and the checks, from before the site's port opens until after it is
 * closed.
 */
final class PoolLoop implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(PoolLoop.class);
  private static final long TICK_MILLIS = 50;

  /** How long the port may wait for names, so that the first requests find servers. */
  private static final Duration FIRST_ANSWERS = Duration.ofSeconds(2);

  private final Pools pools;
  private final Discovery discovery;
  private final Checks checks;
  private final InstantSource clock;
  private volatile @Nullable ScheduledExecutorService executor;

  PoolLoop(Pools pools, Discovery discovery, Checks checks, InstantSource clock) {
    this.pools = pools;
    this.discovery = discovery;
    this.checks = checks;
    this.clock = clock;
  }

  @Override
  public void start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pools").factory());
    var _ = started.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    executor = started;
    try {
      discovery.awaitFirstAnswers(FIRST_ANSWERS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tick() {
    try {
      Instant now = clock.instant();
      pools.all().forEach(pool -> pool.tick(now));
      discovery.tick(clock.instant());
      checks.tick(clock.instant());
    } catch (RuntimeException bug) {
      // A thrown exception would end the schedule, and with it every check, in silence.
      log.error("A round of the pools, discovery and health checks failed", bug);
    }
  }

  @Override
  public void stop() {
    ScheduledExecutorService started = executor;
    if (started != null) {
      started.shutdownNow();
      executor = null;
    }
  }

  @Override
  public boolean isRunning() {
    return executor != null;
  }

  /** Servers open their ports near the end. */
  @Override
  public int getPhase() {
    return 0;
  }
}
