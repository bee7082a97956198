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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The clients at work, from {@link #start} to {@link #stop}. */
public final class Load implements AutoCloseable {

  private static final Duration STEADY = Duration.ofMillis(500);

  /** Clients that write and read in pairs. */
  private static final int PAIRERS = 4;

  private static final Duration LONGEST_PAIRS = Duration.ofMinutes(15);

  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Thread> clients = new ArrayList<>();
  private final List<Pace> paces = new ArrayList<>();

  private final InetSocketAddress gateway;
  private final Pattern pattern;
  private final SplittableRandom random;
  private final String run;
  private final InstantSource clock;
  private int clientsSoFar;

  private Load(
      InetSocketAddress gateway,
      Pattern pattern,
      SplittableRandom random,
      String run,
      InstantSource clock) {
    this.gateway = gateway;
    this.pattern = pattern;
    this.random = random;
    this.run = run;
    this.clock = clock;
    this.clientsSoFar = pattern.clients();
  }

  /**
   * Puts a load on a site.
   *
   * @param run tells this run's notices from those of every other
   */
  public static Load start(
      InetSocketAddress gateway, Pattern pattern, long seed, String run, InstantSource clock) {
    SplittableRandom random = new SplittableRandom(seed);
    Load load = new Load(gateway, pattern, random, run, clock);
    long begin = System.nanoTime();
    for (int number = 1; number <= pattern.clients(); number++) {
      Script script = new Script(run, number, pattern.writes(number), random.split());
      Client client = new Client(number, gateway, pattern, script, clock);
      // Spread over an interval, so that they do not begin in step.
      long first = begin + pattern.interval(number).toNanos() * number / pattern.clients();
      Pace pace = new Pace(first, pattern.interval(number), random.split());
      load.paces.add(pace);
      load.clients.add(
          Thread.ofPlatform()
              .daemon()
              .name("client-" + number)
              .start(() -> load.run(client, pace)));
    }
    return load;
  }

  private void run(Client client, Pace pace) {
    try {
      while (!over.await(pace.next(System.nanoTime()), TimeUnit.NANOSECONDS)) {
        client.ask(requests::add);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      client.close();
    }
  }

  /**
   * Has further clients write and read what they wrote, one pair after the other, as fast as they
   * are answered. Their requests count with the load's, but for reads that found nothing. Returns
   * when all is done.
   *
   * @param number of pairs, at least; less if that takes longer than {@link #LONGEST_PAIRS}
   * @param keepTokens whether they send back what the site has them remember
   */
  public Pairs.Tally pairs(int number, boolean keepTokens) throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    long deadline = System.nanoTime() + LONGEST_PAIRS.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Pairs.Tally>> tallies = new ArrayList<>();
      for (int client = 0; client < PAIRERS; client++) {
        clientsSoFar++;
        Script script = new Script(run, clientsSoFar, true, random.split());
        Pairs pairs =
            new Pairs(
                new Client(clientsSoFar, gateway, pattern, script, clock),
                script,
                keepTokens,
                requests::add,
                done::incrementAndGet);
        tallies.add(
            threads.submit(
                () ->
                    pairs.run(
                        () ->
                            over.getCount() > 0
                                && done.get() < number
                                && System.nanoTime() < deadline)));
      }
      Pairs.Tally all = Pairs.Tally.NONE;
      for (Future<Pairs.Tally> tally : tallies) {
        all = all.plus(tally.get());
      }
      return all;
    } catch (ExecutionException bug) {
      throw new IllegalStateException(bug.getCause());
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
