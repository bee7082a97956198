package dev.mainstay.gateway.metrics;

import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.health.Health;
import dev.mainstay.gateway.upstream.Change;
import dev.mainstay.gateway.upstream.Changes;
import dev.mainstay.gateway.upstream.Member;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The meters of every server of every pool, as servers come and go. They read the numbers that the
 * admin API shows.
 */
public final class PoolMetrics {

  /** From what a page costs that is cached to what nobody waits for. */
  private static final Duration[] BUCKETS =
      IntStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final Pools pools;
  private final Map<Member, List<Meter>> meters = new ConcurrentHashMap<>();

  public PoolMetrics(MeterRegistry registry, Pools pools, Changes changes) {
    this.registry = registry;
    this.pools = pools;
    pools.all().forEach(this::register);
    changes.listen(this::heard);
  }

  private void heard(Change change) {
    if (change.what().equals("member")) {
      pools.find(change.pool()).ifPresent(this::register);
    }
  }

  /** Brings the meters of {@code pool} in line with its servers. */
  private void register(Pool pool) {
    List<Member> present =
        pool.roster().servers().stream()
            .flatMap(server -> pool.member(server.id()).stream())
            .toList();
    present.forEach(member -> meters.computeIfAbsent(member, added -> metersOf(pool, added)));
    meters.forEach(
        (member, its) -> {
          boolean gone =
              pool.name().equals(its.getFirst().getId().getTag("pool"))
                  && !present.contains(member);
          if (gone) {
            its.forEach(registry::remove);
            meters.remove(member);
          }
        });
  }

  private List<Meter> metersOf(Pool pool, Member member) {
    Tags tags = Tags.of("pool", pool.name(), "server", member.id());
    Timer latency =
        Timer.builder("mainstay.server.latency")
            .description("From a request being given to the server to the head of its response")
            .tags(tags)
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    member.listen(nanos -> latency.record(nanos, TimeUnit.NANOSECONDS));
    return List.of(
        counter(
            "requests", "Requests given to the server", member, tags, it -> it.tally().requests()),
        counter(
            "retries",
            "Requests that failed at the server and went on",
            member,
            tags,
            it -> it.tally().retries()),
        counter(
            "failures",
            "Requests that the server failed",
            member,
            tags,
            it -> it.tally().failures()),
        counter(
            "ejections",
            "How often it was ejected for errors of live requests",
            member,
            tags,
            it -> it.tally().ejections()),
        latency,
        gauge(
            "queued",
            "Requests that wait for any server and whose turn was this one's",
            member,
            tags,
            it -> pool.queued(it.id())),
        gauge(
            "ejected",
            "1 while it is ejected for errors of live requests",
            member,
            tags,
            it -> pool.roster().find(it.id()).filter(Server::ejected).isPresent() ? 1 : 0),
        gauge(
            "in.flight", "Requests that have not ended", member, tags, it -> it.tally().inFlight()),
        gauge(
            "up",
            "1 unless the checks say it is down",
            member,
            tags,
            it -> it.pulse().health() == Health.DOWN ? 0 : 1),
        gauge(
            "weight",
            "The weight in force: 0 while it takes nothing",
            member,
            tags,
            it -> pool.effectiveWeight(it.id())),
        gauge("ready", "1 if READY, 0 if DRAIN or MAINT", member, tags, it -> ready(pool, it)));
  }

  private static double ready(Pool pool, Member member) {
    return pool.roster()
            .find(member.id())
            .map(Server::stateInForce)
            .filter(State.READY::equals)
            .isPresent()
        ? 1
        : 0;
  }

  private Meter counter(
      String name, String text, Member member, Tags tags, ToDoubleFunction<Member> value) {
    return FunctionCounter.builder("mainstay.server." + name, member, value)
        .description(text)
        .tags(tags)
        .register(registry);
  }

  private Meter gauge(
      String name, String text, Member member, Tags tags, ToDoubleFunction<Member> value) {
    return Gauge.builder("mainstay.server." + name, member, value)
        .description(text)
        .tags(tags)
        .register(registry);
  }
}
