package dev.mainstay.stack.drill.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The clients at work, from {@link #start} to {@link #stop}. */
public final class Load implements AutoCloseable {

  private static final Duration STEADY = Duration.ofMillis(500);

  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Thread> clients = new ArrayList<>();
  private final List<Pace> paces = new ArrayList<>();

  private Load() {}

  /**
   * Puts a load on a site.
   *
   * @param run tells this run's notices from those of every other
   */
  public static Load start(
      InetSocketAddress gateway, Pattern pattern, long seed, String run, InstantSource clock) {
    Load load = new Load();
    SplittableRandom random = new SplittableRandom(seed);
    long begin = System.nanoTime();
    for (int number = 1; number <= pattern.clients(); number++) {
      Script script = new Script(run, number, pattern.writes(number), random.split());
      Client client = new Client(number, gateway, pattern.patience(), script, clock);
      // Spread over an interval, so that they do not begin in step.
      long first = begin + pattern.interval(number).toNanos() * number / pattern.clients();
      Pace pace = new Pace(first, pattern.interval(number), random.split());
      load.paces.add(pace);
      load.clients.add(
          Thread.ofPlatform()
              .daemon()
              .name("client-" + number)
              .start(() -> load.run(client, pace, pattern.doubles())));
    }
    return load;
  }

  private void run(Client client, Pace pace, boolean doubles) {
    try {
      while (!over.await(pace.next(System.nanoTime()), TimeUnit.NANOSECONDS)) {
        client.ask(requests::add, doubles);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      client.close();
    }
  }

  /**
   * Whether every client keeps to its timetable; a site that was just started is too slow at first.
   */
  public boolean isSteady() {
    return paces.stream().allMatch(pace -> pace.behind() < STEADY.toNanos());
  }

  /** The requests that are done so far. */
  public List<Request> soFar() {
    return List.copyOf(requests);
  }

  /** Sends nothing more, and returns all requests once the last has its answer or was given up. */
  public List<Request> stop() throws InterruptedException {
    over.countDown();
    for (Thread client : clients) {
      client.join();
    }
    return soFar();
  }

  /** Ends without waiting for what is under way. */
  @Override
  public void close() {
    over.countDown();
    clients.forEach(Thread::interrupt);
  }
}
