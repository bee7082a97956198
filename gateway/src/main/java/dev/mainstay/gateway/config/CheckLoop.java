package dev.mainstay.gateway.config;

import dev.mainstay.gateway.check.Checks;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Ticks the checks while the gateway runs. */
final class CheckLoop implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(CheckLoop.class);
  private static final long TICK_MILLIS = 50;

  private final Checks checks;
  private final InstantSource clock;
  private volatile @Nullable ScheduledExecutorService executor;

  CheckLoop(Checks checks, InstantSource clock) {
    this.checks = checks;
    this.clock = clock;
  }

  @Override
  public void start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("checks").factory());
    var _ = started.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    executor = started;
  }

  private void tick() {
    try {
      checks.tick(clock.instant());
    } catch (RuntimeException bug) {
      // A thrown exception would end the schedule, and with it every check, in silence.
      log.error("A round of health checks failed", bug);
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
}
