package dev.mainstay.web.seed;

import dev.mainstay.web.config.WebProperties;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Seeds the board in the background once pages are served: batch after batch, and after a failure
 * (no primary yet, no tables yet) again a little later, until all is there.
 */
@Component
class Seeder {

  private static final Logger log = LoggerFactory.getLogger(Seeder.class);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /** The newest made-up notice is this old, so that its comments are not of the future. */
  private static final Duration AGE = Duration.ofHours(1);

  private final SeedBatches batches;
  private final WebProperties.Seed seed;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);

  Seeder(SeedBatches batches, WebProperties properties, InstantSource clock) {
    this.batches = batches;
    this.seed = properties.seed();
    this.clock = clock;
  }

  @EventListener(ApplicationReadyEvent.class)
  void start() {
    if (seed.notices() > 0) {
      Thread.ofVirtual().name("seeder").start(this::run);
    }
  }

  @PreDestroy
  void stop() {
    closed.countDown();
  }

  private void run() {
    Instant start = clock.instant();
    int written = 0;
    boolean failing = false;
    try {
      do {
        try {
          SeedBatches.Batch batch = batches.next(seed, start.minus(AGE));
          written += batch.written();
          failing = false;
          if (batch.isLast()) {
            report(written, batch, start);
            return;
          }
        } catch (RuntimeException e) {
          if (!failing && closed.getCount() > 0) {
            log.info("Seeding waits for the database: {}", e.getMessage());
          }
          failing = true;
        }
      } while (!closed.await(failing ? AFTER_FAILURE.toMillis() : 0, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void report(int written, SeedBatches.Batch batch, Instant start) {
    if (written > 0) {
      log.info(
          "Seeded {} of {} notices in {} ms",
          written,
          batch.wanted(),
          Duration.between(start, clock.instant()).toMillis());
    }
  }
}
