package dev.mainstay.gateway.balance;

import static dev.mainstay.gateway.balance.Servers.next;
import static dev.mainstay.gateway.balance.Servers.server;
import static dev.mainstay.gateway.balance.Servers.weighted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.health.Health;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for any weights. */
class RotationPropertiesTest {

  @Property
  void anyCycleOfPicksGivesExactShares(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 256) Integer> weights,
      @ForAll @IntRange(max = 10_000) int before) {
    Balancer balancer = new Balancer(Servers.roster(weighted(weights)), length -> before % length);
    int total = weights.stream().mapToInt(Integer::intValue).sum();

    Map<String, Integer> counts = Servers.count(balancer, total);

    for (int i = 0; i < weights.size(); i++) {
      assertThat(counts).containsEntry("s" + i, weights.get(i));
    }
  }

  @Property
  void upToThreeServersNeverStrayAWholeRequestFromTheirShare(
      @ForAll @Size(min = 1, max = 3) List<@IntRange(min = 1, max = 256) Integer> weights) {
    assertThat(greatestDeviation(weights)).isLessThan(1);
  }

  @Property
  void manyServersNeverStrayTwoRequestsFromTheirShare(
      @ForAll @Size(min = 4, max = 20) List<@IntRange(min = 1, max = 256) Integer> weights) {
    assertThat(greatestDeviation(weights)).isLessThanOrEqualTo(2);
  }

  /** The published algorithm, step by step, gives the same order. */
  @Property
  void orderIsThatOfSmoothWeightedRoundRobin(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 0, max = 256) Integer> weights) {
    Balancer balancer = Servers.balancer(weighted(weights));
    int[] current = new int[weights.size()];
    int total = weights.stream().mapToInt(Integer::intValue).sum();
    for (int step = 0; step < 600 && total > 0; step++) {
      int best = -1;
      for (int i = 0; i < current.length; i++) {
        current[i] += weights.get(i);
        if (weights.get(i) > 0 && (best < 0 || current[i] > current[best])) {
          best = i;
        }
      }
      current[best] -= total;

      assertThat(next(balancer)).isEqualTo("s" + best);
    }
  }

  /**
   * After any change nobody gets more than its new share and two requests, and shares are exact at
   * once.
   */
  @Property
  void weightChangeMakesNoBurst(
      @ForAll @Size(min = 2, max = 5) List<@IntRange(min = 1, max = 256) Integer> weights,
      @ForAll @IntRange(max = 2_000) int picksBefore,
      @ForAll @IntRange(min = 1, max = 256) int changed) {
    Balancer balancer = Servers.balancer(weighted(weights));
    next(balancer, picksBefore);

    balancer.update(roster -> roster.changing("s0", it -> it.withWeight(changed)));

    List<Integer> now = new ArrayList<>(weights);
    now.set(0, changed);
    assertNoBurst(balancer, now);
  }

  @Property
  void serverThatComesBackGetsNoBurst(
      @ForAll @Size(min = 2, max = 5) List<@IntRange(min = 1, max = 256) Integer> weights,
      @ForAll @IntRange(max = 2_000) int picksBefore,
      @ForAll @IntRange(max = 2_000) int picksWithout) {
    Balancer balancer = Servers.balancer(weighted(weights));
    next(balancer, picksBefore);
    balancer.update(roster -> roster.changing("s0", it -> it.withHealth(Health.DOWN)));
    next(balancer, picksWithout);

    balancer.update(roster -> roster.changing("s0", it -> it.withHealth(Health.UP)));

    assertNoBurst(balancer, weights);
  }

  @Property
  void nobodyIsStarvedByWeightsThatKeepChanging(
      @ForAll @IntRange(min = 1, max = 7) int picksBetween) {
    Balancer balancer = Servers.balancer(weighted(List.of(100, 100, 5)));
    Map<String, Integer> counts = new HashMap<>();
    for (int change = 0; change < 2_000; change++) {
      int weight = 1 + change % 100;
      balancer.update(roster -> roster.changing("s0", it -> it.withWeight(weight)));
      Servers.count(balancer, picksBetween).forEach((id, n) -> counts.merge(id, n, Integer::sum));
    }

    double share = 2_000.0 * picksBetween * 5 / 155;
    assertThat(counts.getOrDefault("s2", 0)).isBetween((int) (share * 0.6), (int) (share * 1.6));
  }

  @Property
  void onlyEligibleServersArePicked(
      @ForAll Mode mode,
      @ForAll boolean allBackups,
      @ForAll("servers") List<Server> servers,
      @ForAll @IntRange(max = 100) int offset) {
    Balancer balancer =
        new Balancer(new Roster(mode, servers, allBackups), length -> offset % length);
    boolean someoneIsUsable = servers.stream().anyMatch(Server::usable);

    for (int i = 0; i < 20; i++) {
      var picked = balancer.pick();
      assertThat(picked.isPresent()).isEqualTo(servers.stream().anyMatch(Server::offered));
      picked.ifPresent(
          server -> {
            assertThat(server.state()).isEqualTo(State.READY);
            assertThat(server.weight()).isPositive();
            assertThat(server.usable()).isEqualTo(someoneIsUsable);
            balancer
                .pickOther(Set.of(server.id()))
                .ifPresent(
                    other -> {
                      assertThat(other.offered()).isTrue();
                      assertThat(other.id()).isNotEqualTo(server.id());
                    });
          });
    }
  }

  @Provide
  Arbitrary<List<Server>> servers() {
    Arbitrary<Server> one =
        Combinators.combine(
                Arbitraries.integers().between(0, 3),
                Arbitraries.of(State.class),
                Arbitraries.of(Health.class),
                Arbitraries.of(true, false),
                Arbitraries.of(true, false))
            .as(
                (weight, state, health, backup, ejected) ->
                    server("s", weight)
                        .withState(state)
                        .withHealth(health)
                        .withBackup(backup)
                        .withEjected(ejected));
    return one.list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(
            servers -> {
              List<Server> named = new ArrayList<>();
              servers.forEach(
                  it ->
                      named.add(
                          new Server(
                              "s" + named.size(),
                              it.uri(),
                              it.weight(),
                              it.backup(),
                              it.state(),
                              it.health(),
                              it.standing(),
                              it.warmth(),
                              it.ejected())));
              return named;
            });
  }

  private static void assertNoBurst(Balancer balancer, List<Integer> weights) {
    int total = weights.stream().mapToInt(Integer::intValue).sum();
    int[] counts = new int[weights.size()];
    for (int picks = 1; picks <= total; picks++) {
      int picked = Integer.parseInt(next(balancer).substring(1));
      counts[picked]++;
      double share = (double) picks * weights.get(picked) / total;
      assertThat(counts[picked] - share).isLessThan(2.5);
    }
    for (int i = 0; i < counts.length; i++) {
      assertThat(counts[i]).isEqualTo(weights.get(i));
    }
  }

  private static double greatestDeviation(List<Integer> weights) {
    Balancer balancer = Servers.balancer(weighted(weights));
    int total = weights.stream().mapToInt(Integer::intValue).sum();
    int[] counts = new int[weights.size()];
    double greatest = 0;
    for (int picks = 1; picks <= total; picks++) {
      counts[Integer.parseInt(next(balancer).substring(1))]++;
      for (int i = 0; i < counts.length; i++) {
        greatest =
            Math.max(greatest, Math.abs(counts[i] - (double) picks * weights.get(i) / total));
      }
    }
    return greatest;
  }
}
