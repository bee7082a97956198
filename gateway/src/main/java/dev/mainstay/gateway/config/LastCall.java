package dev.mainstay.gateway.config;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.springframework.context.SmartLifecycle;

/**
 * The first thing that a gateway does when it is told to end: for a while each response is the last
 * of its connection, and says so. The web server then closes what still rests, and a request that
 * its client has just sent there would be lost.
 */
final class LastCall implements SmartLifecycle, BooleanSupplier {

  private final Duration length;
  private volatile boolean running;
  private volatile boolean called;

  LastCall(Duration length) {
    this.length = length;
  }

  /** Whether it has begun. */
  @Override
  public boolean getAsBoolean() {
    return called;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    stop(() -> {});
  }

  @Override
  public void stop(Runnable done) {
    running = false;
    called = true;
    CompletableFuture.delayedExecutor(length.toMillis(), TimeUnit.MILLISECONDS).execute(done);
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stops before the express front does, and that before the web server. */
  @Override
  public int getPhase() {
    return DEFAULT_PHASE - 256;
  }
}
