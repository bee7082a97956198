package dev.mainstay.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.health.HealthPolicy;
import dev.mainstay.gateway.upstream.Attempt;
import dev.mainstay.gateway.upstream.Change;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.RetryRule;
import dev.mainstay.gateway.upstream.Timeouts;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** When names are asked, and what their answers do; the clock is turned by hand. */
class DiscoveryTest {

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final List<Change> told = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private Mono<Answer> answer = Mono.just(new Answer.Nothing("there is no such name"));

  private final Pool pool =
      new Pool(
          "web",
          new Roster(Mode.ACTIVE_ACTIVE, List.of()),
          new HealthPolicy(
              2, 3, Duration.ofSeconds(1), Duration.ofMillis(250), Duration.ofSeconds(2)),
          new Timeouts(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(15)),
          new RetryRule(2),
          length -> 0,
          () -> now,
          told::add);

  private final Discovery discovery = new Discovery(() -> now, told::add);

  @BeforeEach
  void find() {
    discovery.find(
        pool,
        new Target("web-app", 8080),
        Duration.ofSeconds(2),
        100,
        name -> {
          asked.add(name);
          return answer;
        });
  }

  @AfterEach
  void close() {
    discovery.close();
  }

  private static Set<InetAddress> addresses(String... texts) {
    return Stream.of(texts)
        .map(NetUtil::createInetAddressFromIpAddressString)
        .map(Objects::requireNonNull)
        .collect(Collectors.toSet());
  }

  private void has(String... addresses) {
    answer = Mono.just(new Answer.Found(addresses(addresses), Set.of(), ""));
  }

  private void fails(String why) {
    answer = Mono.just(new Answer.Nothing(why));
  }

  /** Lets time go by, with a tick every 50 ms. */
  private void pass(Duration time) {
    Instant end = now.plus(time);
    while (now.isBefore(end)) {
      now = now.plusMillis(50);
      discovery.tick(now);
    }
  }

  private void nextAnswer() {
    pass(Duration.ofSeconds(2));
  }

  private List<String> ids() {
    return pool.serverIds();
  }

  private Server server(String id) {
    return pool.roster().find(id).orElseThrow();
  }

  private void passesItsCheck(String id) {
    pool.checked(pool.member(id).orElseThrow(), Instant.EPOCH, true, "200");
  }

  private List<String> lines() {
    return told.stream().map(Change::toString).toList();
  }

  @Test
  void nameIsAskedAtOnceAndThenAtTheInterval() {
    discovery.tick(now);
    assertThat(asked).containsExactly("web-app");

    pass(Duration.ofSeconds(20));
    assertThat(asked).hasSize(11);
  }

  @Test
  void nameIsNeverAskedTwiceAtATime() {
    Sinks.One<Answer> pending = Sinks.one();
    answer = pending.asMono();
    pass(Duration.ofSeconds(10));
    assertThat(asked).hasSize(1);

    pending.tryEmitValue(new Answer.Nothing("late"));
    pass(Duration.ofMillis(50));

    assertThat(asked).hasSize(2);
  }

  @Test
  void serversStandInTheOrderOfTheirAddresses() {
    has("10.0.0.10", "2001:db8::2", "10.0.0.9", "192.168.0.1", "2001:db8::1");
    discovery.tick(now);

    assertThat(ids())
        .containsExactly(
            "10.0.0.9:8080",
            "10.0.0.10:8080",
            "192.168.0.1:8080",
            "[2001:db8::1]:8080",
            "[2001:db8::2]:8080");
    assertThat(server("[2001:db8::1]:8080").uri()).hasToString("http://[2001:db8::1]:8080");
  }

  @Test
  void failureIsToldOnceAndKeepsTheServers() {
    has("10.0.0.1");
    discovery.tick(now);
    told.clear();

    fails("A: SERVFAIL");
    pass(Duration.ofSeconds(20));
    fails("there is no such name");
    pass(Duration.ofSeconds(20));
    assertThat(ids()).containsExactly("10.0.0.1:8080");
    assertThat(lines())
        .containsExactly(
            "pool web: discovery OK -> FAILING by dns after 2.0 s: web-app: A: SERVFAIL; the servers it had stay");

    has("10.0.0.1");
    nextAnswer();
    assertThat(lines()).hasSize(2);
    assertThat(lines().getLast())
        .isEqualTo("pool web: discovery FAILING -> OK by dns after 40.0 s: web-app resolves");
  }

  @Test
  void nameThatNeverResolvedIsToldOnce() {
    pass(Duration.ofSeconds(20));

    assertThat(lines()).hasSize(1);
    assertThat(lines().getFirst())
        .startsWith("pool web: discovery NONE -> FAILING by dns")
        .endsWith("web-app: there is no such name; no server yet");
    assertThat(pool.begin()).isEmpty();
  }

  @Test
  void familyThatFailedKeepsItsServersWhileTheOtherChanges() {
    has("10.0.0.1", "2001:db8::1");
    discovery.tick(now);

    answer = Mono.just(new Answer.Found(addresses("10.0.0.2"), Set.of(Family.AAAA), "AAAA: lost"));
    nextAnswer();
    assertThat(ids()).containsExactly("10.0.0.2:8080", "[2001:db8::1]:8080");

    has("10.0.0.2");
    nextAnswer();
    assertThat(ids()).containsExactly("10.0.0.2:8080");
  }

  @Test
  void vanishedServerGoesWhenItsLastRequestHasEnded() {
    has("10.0.0.1");
    discovery.tick(now);
    passesItsCheck("10.0.0.1:8080");
    Attempt inFlight = pool.begin().orElseThrow();

    has("10.0.0.2");
    nextAnswer();
    passesItsCheck("10.0.0.2:8080");
    assertThat(server("10.0.0.1:8080").stateInForce()).isEqualTo(State.DRAIN);
    assertThat(pool.begin().orElseThrow().server().id()).isEqualTo("10.0.0.2:8080");
    pass(Duration.ofMinutes(1));
    assertThat(ids()).containsExactly("10.0.0.2:8080", "10.0.0.1:8080");

    inFlight.end();
    pass(Duration.ofMillis(50));
    assertThat(ids()).containsExactly("10.0.0.2:8080");
    assertThat(lines())
        .contains(
            "pool web: server 10.0.0.1:8080: member http://10.0.0.1:8080 -> leaving by dns: web-app has 1 address",
            "pool web: server 10.0.0.1:8080: member leaving -> none by dns: no request in flight");
  }

  @Test
  void serverThatComesBackBeforeItWentIsTheSame() {
    has("10.0.0.1", "10.0.0.2");
    discovery.tick(now);
    passesItsCheck("10.0.0.1:8080");
    Attempt inFlight = pool.begin().orElseThrow();
    pool.amend("10.0.0.1:8080", new Pool.Amendment(7, null, null), "admin", "test");

    has("10.0.0.2");
    nextAnswer();
    has("10.0.0.1", "10.0.0.2");
    nextAnswer();
    inFlight.end();

    assertThat(server("10.0.0.1:8080").weight()).isEqualTo(7);
    assertThat(pool.begin().orElseThrow().server().id()).isEqualTo("10.0.0.1:8080");
  }

  @Test
  void serverThatDnsListsCannotBeRemovedByName() {
    has("10.0.0.1");
    discovery.tick(now);
    pool.amend("10.0.0.1:8080", new Pool.Amendment(null, State.MAINT, null), "admin", "test");

    assertThat(pool.remove("10.0.0.1:8080", "admin", "test")).isEqualTo(Pool.Removal.LISTED);
  }

  @Test
  void whatTheOperatorSetSurvivesTheNextAnswers() {
    has("10.0.0.1", "10.0.0.2");
    discovery.tick(now);
    pool.amend("10.0.0.1:8080", new Pool.Amendment(7, State.DRAIN, true), "admin", "test");

    has("10.0.0.3", "10.0.0.2", "10.0.0.1");
    nextAnswer();

    Server kept = server("10.0.0.1:8080");
    assertThat(kept.weight()).isEqualTo(7);
    assertThat(kept.state()).isEqualTo(State.DRAIN);
    assertThat(kept.backup()).isTrue();
  }

  @Test
  void quietWhileNothingChanges() {
    has("10.0.0.1");
    discovery.tick(now);
    told.clear();

    pass(Duration.ofMinutes(1));

    assertThat(told).isEmpty();
  }
}
