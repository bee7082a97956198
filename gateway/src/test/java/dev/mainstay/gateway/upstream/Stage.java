package dev.mainstay.gateway.upstream;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.health.HealthPolicy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A pool, its clock, which is turned by hand, and what it told. */
final class Stage {

  static final Rules RULES =
      Rules.of(
          new HealthPolicy(
              2, 3, Duration.ofSeconds(1), Duration.ofMillis(250), Duration.ofSeconds(2)),
          new Timeouts(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(15)),
          new RetryRule(2));

  final List<Change> told = new ArrayList<>();
  final Pool pool;
  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private Stage(UnaryOperator<Rules> rules, List<Server> servers) {
    this.pool =
        new Pool(
            "web",
            new Roster(Mode.ACTIVE_ACTIVE, servers),
            rules.apply(RULES),
            length -> 0,
            () -> now,
            told::add);
  }

  static Stage of(UnaryOperator<Rules> rules, Server... servers) {
    return new Stage(rules, List.of(servers));
  }

  /** Servers s0, s1, … of weight 100. */
  static Stage of(UnaryOperator<Rules> rules, int servers) {
    return new Stage(
        rules, IntStream.range(0, servers).mapToObj(i -> server("s" + i, 100)).toList());
  }

  static Server server(String id, int weight) {
    return Server.of(id, URI.create("http://127.0.0.1:8101"), weight, false);
  }

  Instant now() {
    return now;
  }

  /** Time passes, in steps as the loop makes them. */
  void pass(Duration time) {
    Instant end = now.plus(time);
    while (now.isBefore(end)) {
      now = now.plusMillis(50).isBefore(end) ? now.plusMillis(50) : end;
      pool.tick(now);
    }
  }

  Member member(String id) {
    return pool.member(id).orElseThrow();
  }

  Server seen(String id) {
    return pool.roster().find(id).orElseThrow();
  }

  /** A check passes that began now. */
  void passed(String id) {
    pool.checked(member(id), now, true, "200");
  }

  void passed(String id, int times) {
    Stream.generate(() -> id).limit(times).forEach(this::passed);
  }

  void failed(String id, int times) {
    Stream.generate(() -> id)
        .limit(times)
        .forEach(it -> pool.checked(member(it), now, false, "500"));
  }

  void state(String id, State state) {
    pool.amend(id, new Pool.Amendment(null, state, null), "admin", "test");
  }

  /** Who gets so many requests. */
  Map<String, Integer> serve(int requests) {
    Map<String, Integer> served = new TreeMap<>();
    for (int i = 0; i < requests; i++) {
      Attempt attempt = pool.begin().orElseThrow();
      served.merge(attempt.server().id(), 1, Integer::sum);
      attempt.end();
    }
    return served;
  }

  /** A request that this server got. */
  Attempt attempt(String id) {
    return Attempt.at(pool, seen(id), member(id), 0).orElseThrow();
  }

  List<String> told(String what) {
    return told.stream().filter(it -> it.what().equals(what)).map(Change::toString).toList();
  }
}
