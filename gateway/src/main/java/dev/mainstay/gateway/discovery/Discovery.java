package dev.mainstay.gateway.discovery;

import dev.mainstay.gateway.upstream.Change;
import dev.mainstay.gateway.upstream.Pool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Keeps the servers of pools in line with DNS: asks for each name at its interval, never twice at a
 * time, and lets go the servers that left.
 *
 * <p>An answer with an address replaces what was known. No answer, and an answer without any
 * address, replace nothing: the pool goes on with the servers it has, and its checks say which of
 * them are alive.
 */
public final class Discovery implements AutoCloseable {

  private final InstantSource clock;
  private final Consumer<Change> changes;
  private final NettyWire wire = new NettyWire();
  private final List<Service> services = new ArrayList<>();

  public Discovery(InstantSource clock, Consumer<Change> changes) {
    this.clock = clock;
    this.changes = changes;
  }

  /**
   * Finds servers for {@code pool}. Before the first tick.
   *
   * @param weight of a new server
   * @param nameServers whom to ask; if there is none, as the machine is set up
   */
  public void find(
      Pool pool,
      Target target,
      Duration interval,
      int weight,
      List<InetSocketAddress> nameServers) {
    Resolver resolver =
        new Resolver(nameServers.isEmpty() ? Machine::setup : () -> Setup.only(nameServers), wire);
    find(
        pool,
        target,
        interval,
        weight,
        name -> resolver.ask(name).subscribeOn(Schedulers.boundedElastic()));
  }

  void find(Pool pool, Target target, Duration interval, int weight, Names names) {
    services.add(new Service(pool, target, interval, weight, names));
  }

  /** Asks for the names that are due. */
  public void tick(Instant now) {
    for (Service service : services) {
      service.tick(now);
      service.pool.dropLeft();
    }
  }

  /** Waits until every name was answered once, whatever the answer, but no longer than that. */
  public void awaitFirstAnswers(Duration most) throws InterruptedException {
    CompletableFuture<?>[] answers =
        services.stream().map(service -> service.answered).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(answers).get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      // Whoever comes now is told to come again.
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void close() {
    wire.close();
  }

  /** How the asking goes; a change of it is told, and nothing while it goes on. */
  private enum Trust {
    NONE,
    OK,
    PARTIAL,
    FAILING
  }

  private final class Service {
    private final Pool pool;
    private final Target target;
    private final Duration interval;
    private final int weight;
    private final Names names;
    private final AtomicBoolean asking = new AtomicBoolean();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();

    // The thread that ticks alone uses it.
    private Instant due = Instant.MIN;

    // Used by one answer after the other: asking stands between them.
    private Set<InetAddress> listed = Set.of();
    private Trust trust = Trust.NONE;
    private Instant since = clock.instant();

    Service(Pool pool, Target target, Duration interval, int weight, Names names) {
      this.pool = pool;
      this.target = target;
      this.interval = interval;
      this.weight = weight;
      this.names = names;
    }

    void tick(Instant now) {
      if (now.isBefore(due) || !asking.compareAndSet(false, true)) {
        return;
      }
      due = now.plus(interval);
      var _ =
          names
              .ask(target.name())
              .onErrorResume(bug -> Mono.just(new Answer.Nothing(bug.toString())))
              .doOnNext(this::hear)
              .doFinally(
                  signal -> {
                    asking.set(false);
                    answered.complete(null);
                  })
              .subscribe();
    }

    private void hear(Answer answer) {
      switch (answer) {
        case Answer.Found found -> {
          Set<InetAddress> now = new HashSet<>(found.addresses());
          listed.stream()
              .filter(address -> found.silent().contains(Family.of(address)))
              .forEach(now::add);
          listed = now;
          pool.list(
              Addresses.servers(now, target.port(), weight),
              "%s has %d address%s"
                  .formatted(target.name(), now.size(), now.size() == 1 ? "" : "es"));
          become(found.silent().isEmpty() ? Trust.OK : Trust.PARTIAL, found.why());
        }
        case Answer.Nothing(var why) -> become(Trust.FAILING, why);
      }
    }

    private void become(Trust next, String why) {
      if (next == trust) {
        return;
      }
      Instant now = clock.instant();
      boolean good = next == Trust.OK;
      if (!(good && trust == Trust.NONE)) {
        changes.accept(
            new Change(
                now,
                pool.name(),
                null,
                "dns",
                "discovery",
                trust.name(),
                next.name(),
                good
                    ? "%s resolves".formatted(target.name())
                    : "%s: %s; %s"
                        .formatted(
                            target.name(),
                            why,
                            listed.isEmpty() ? "no server yet" : "the servers it had stay"),
                Duration.between(since, now)));
      }
      trust = next;
      since = now;
    }
  }
}
