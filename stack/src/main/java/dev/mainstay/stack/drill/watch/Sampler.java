package dev.mainstay.stack.drill.watch;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks at every node many times a second, each on its own, until it is stopped. */
public final class Sampler implements AutoCloseable {

  /** From one look at a node to the next. */
  public static final Duration INTERVAL = Duration.ofMillis(120);

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Probe probe;
  private final Access access;
  private final InstantSource clock;
  private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  private Sampler(Probe probe, Access access, InstantSource clock) {
    this.probe = probe;
    this.access = access;
    this.clock = clock;
  }

  /**
   * Begins to look.
   *
   * @param ports of the nodes, by name
   */
  public static Sampler start(
      Probe probe, Access access, Map<String, Integer> ports, InstantSource clock) {
    Sampler sampler = new Sampler(probe, access, clock);
    ports.forEach(
        (node, port) ->
            sampler.threads.add(
                Thread.ofPlatform()
                    .daemon()
                    .name("sampler " + node)
                    .start(() -> sampler.watch(node, port))));
    return sampler;
  }

  private void watch(String node, int port) {
    @Nullable Connection connection = null;
    try {
      do {
        Instant from = clock.instant();
        Optional<Sample.Sight> sight = Optional.empty();
        try {
          if (connection == null) {
            connection = access.connect(port, PATIENCE);
            from = clock.instant();
          }
          sight = Optional.of(probe.look(connection));
        } catch (SQLException unreachable) {
          close(connection);
          connection = null;
        }
        samples.add(new Sample(node, from, clock.instant(), sight));
      } while (!over.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(connection);
    }
  }

  private static void close(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException gone) {
      return;
    }
  }

  /** Looks no more; returns all it saw. */
  public List<Sample> stop() throws InterruptedException {
    over.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    return List.copyOf(samples);
  }

  @Override
  public void close() {
    over.countDown();
  }
}
