package dev.mainstay.gateway.config;

import dev.mainstay.gateway.watch.Watch;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;

/** Ticks the watch once a second. */
final class WatchLoop implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(WatchLoop.class);

  private final Watch watch;
  private final InstantSource clock;
  private volatile @Nullable Running running;

  private record Running(ScheduledExecutorService executor, Disposable feeds) {}

  WatchLoop(Watch watch, InstantSource clock) {
    this.watch = watch;
    this.clock = clock;
  }

  @Override
  public void start() {
    ScheduledExecutorService executor =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("watch").factory());
    var _ = executor.scheduleAtFixedRate(this::tick, 0, 1, TimeUnit.SECONDS);
    running = new Running(executor, watch.follow());
  }

  private void tick() {
    try {
      watch.tick(clock.instant());
    } catch (RuntimeException bug) {
      // A thrown exception would end the schedule in silence.
      log.error("A round of the watch failed", bug);
    }
  }

  @Override
  public void stop() {
    Running started = running;
    if (started != null) {
      started.executor().shutdownNow();
      started.feeds().dispose();
      running = null;
    }
  }

  @Override
  public boolean isRunning() {
    return running != null;
  }
}
