package dev.mainstay.gateway.config;

import dev.mainstay.gateway.express.Express;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the express front before the web server begins its graceful shutdown, which knows nothing of
 * the requests there: new ones pass through to Spring Cloud Gateway, those under way are awaited.
 */
final class ExpressEnd implements SmartLifecycle {

  private static final Duration LOOK = Duration.ofMillis(5);

  private final Express express;
  private volatile boolean running;

  ExpressEnd(Express express) {
    this.express = express;
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
    express.close();
    Thread.ofVirtual()
        .name("express-end")
        .start(
            () -> {
              // The phase's time-out bounds the wait: then the server closes what is left.
              while (express.engine().inFlight() > 0) {
                LockSupport.parkNanos(LOOK.toNanos());
              }
              try {
                express.engine().close();
              } finally {
                done.run();
              }
            });
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stops before the web server does: its own phase is 1024 below the highest. */
  @Override
  public int getPhase() {
    return DEFAULT_PHASE - 512;
  }
}
