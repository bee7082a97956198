package dev.mainstay.db.router.config;

import dev.mainstay.db.Topology;
import dev.mainstay.db.router.Failures;
import dev.mainstay.db.router.TopologyMonitor;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfoService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;

/**
 * Runs the migrations when there is a primary to run them on.
 *
 * <ul>
 *   <li>There is a primary: they run at once, and one that fails ends the start, as with Flyway
 *       anywhere.
 *   <li>There is none, but a replica shows that nothing is pending: the start goes on at once.
 *   <li>There is none and the schema is behind or unknown: the start waits, and says so, until its
 *       patience is over; then it goes on, but the {@link #state} is not current and readiness is
 *       refused until the migrations have run in the background.
 * </ul>
 *
 * Instances that start at the same time take turns by Flyway's own lock on the primary.
 */
final class SchemaMigration implements FlywayMigrationStrategy, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SchemaMigration.class);
  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);
  private static final Duration PROGRESS = Duration.ofSeconds(5);
  private static final Duration CATCHING_UP = Duration.ofSeconds(5);

  private final TopologyMonitor monitor;
  private final DataSource replicas;
  private final Duration patience;
  private final String passwordKey;
  private volatile State state = new State(false, "not looked at yet");
  private volatile @Nullable Thread background;

  /** Whether the schema is as the application expects it, and how that is known. */
  record State(boolean current, String why) {}

  /**
   * @param passwordKey the setting that holds the password of Flyway's account, for people to look
   *     at
   */
  SchemaMigration(
      TopologyMonitor monitor, DataSource replicas, Duration patience, String passwordKey) {
    this.monitor = monitor;
    this.replicas = replicas;
    this.patience = patience;
    this.passwordKey = passwordKey;
  }

  State state() {
    return state;
  }

  @Override
  public void migrate(Flyway flyway) {
    try {
      monitor.awaitFirstLook(FIRST_LOOK);
      long start = System.nanoTime();
      while (!migrated(flyway)) {
        if (isCurrentOnReplica(flyway)) {
          become(true, "nothing is pending, as a replica shows");
          return;
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        Duration left = patience.minus(waited);
        if (!left.isPositive()) {
          become(false, "there was no primary to migrate on within " + patience);
          log.warn(
              "The schema is not known to be current: starting without, readiness is refused until a"
                  + " primary appears and the migrations have run");
          background = Thread.ofVirtual().name("mainstay-db-migration").start(() -> later(flyway));
          return;
        }
        log.info(
            "Waiting for a primary to migrate the schema on ({} s of {} s)",
            waited.toSeconds(),
            patience.toSeconds());
        monitor.await(SchemaMigration::hasPrimary, left.compareTo(PROGRESS) < 0 ? left : PROGRESS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a primary to migrate on", e);
    }
  }

  private void later(Flyway flyway) {
    try {
      do {
        monitor.await(SchemaMigration::hasPrimary, Duration.ofDays(1));
      } while (!migrated(flyway));
    } catch (InterruptedException e) {
      // The application shuts down.
    } catch (FlywayException e) {
      become(false, "a migration failed: " + Failures.reason(e));
      log.error("A migration failed; readiness stays refused", e);
    }
  }

  /** Migrates if there is a primary; false if there is none, or if it went away meanwhile. */
  private boolean migrated(Flyway flyway) throws InterruptedException {
    if (monitor.topology().primary().isEmpty()) {
      return false;
    }
    try {
      int ran = flyway.migrate().migrationsExecuted;
      if (ran > 0) {
        awaitReplicas();
      }
      become(true, ran == 0 ? "nothing was pending" : "migrations run: " + ran);
      return true;
    } catch (FlywayException e) {
      if (Failures.isLackOfPrimary(e)) {
        log.info(
            "The primary went away while the schema was being migrated: {}", Failures.reason(e));
        return false;
      }
      if (Failures.isAccessDenied(e)) {
        log.error(
            "The primary refuses Flyway's account: {}; check {}", Failures.reason(e), passwordKey);
      }
      throw e;
    }
  }

  /**
   * The first reads are not to find a replica without the new tables; one that is far behind is not
   * waited for.
   */
  private void awaitReplicas() throws InterruptedException {
    monitor.awaitAfresh(
        topology ->
            topology.replicas().stream()
                .allMatch(replica -> replica.lag().filter(Duration::isZero).isPresent()),
        CATCHING_UP);
  }

  private static boolean hasPrimary(Topology topology) {
    return topology.primary().isPresent();
  }

  private boolean isCurrentOnReplica(Flyway flyway) {
    try {
      MigrationInfoService info =
          Flyway.configure()
              .configuration(flyway.getConfiguration())
              .dataSource(replicas)
              .load()
              .info();
      return info.current() != null && info.pending().length == 0;
    } catch (FlywayException e) {
      log.debug("No replica can say whether the schema is current", e);
      return false;
    }
  }

  private void become(boolean current, String why) {
    state = new State(current, why);
  }

  @Override
  public void close() {
    Thread running = background;
    if (running != null) {
      running.interrupt();
    }
  }
}
