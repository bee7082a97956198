package dev.mainstay.gateway.balance;

import static dev.mainstay.gateway.balance.Servers.backup;
import static dev.mainstay.gateway.balance.Servers.balancer;
import static dev.mainstay.gateway.balance.Servers.count;
import static dev.mainstay.gateway.balance.Servers.next;
import static dev.mainstay.gateway.balance.Servers.roster;
import static dev.mainstay.gateway.balance.Servers.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.health.Health;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class BalancerTest {

  @Test
  void weights511GiveTheSmoothOrder() {
    Balancer balancer = balancer(server("A", 5), server("B", 1), server("C", 1));

    assertThat(next(balancer, 14)).isEqualTo("A A B A C A A A A B A C A A");
  }

  @Test
  void equalWeightsTakeTurnsInOrder() {
    assertThat(next(balancer(server("A", 100), server("B", 100), server("C", 100)), 6))
        .isEqualTo("A B C A B C");
  }

  @Test
  void startsWhereTheOffsetSays() {
    Balancer balancer =
        new Balancer(roster(server("A", 5), server("B", 1), server("C", 1)), length -> length - 5);

    assertThat(next(balancer, 7)).isEqualTo("B A C A A A A");
  }

  @Test
  void weight0GetsNothing() {
    assertThat(count(balancer(server("A", 3), server("B", 0), server("C", 1)), 400))
        .isEqualTo(Map.of("A", 300, "C", 100));
  }

  @Test
  void weightIsInForceForTheNextPick() {
    Balancer balancer = balancer(server("A", 1), server("B", 1));
    next(balancer, 3);

    balancer.update(roster -> roster.changing("B", it -> it.withWeight(0)));

    assertThat(count(balancer, 10)).isEqualTo(Map.of("A", 10));
  }

  @Test
  void weightChangeKeepsThePlaceInTheCycle() {
    Balancer balancer = balancer(server("A", 5), server("B", 1), server("C", 1));
    assertThat(next(balancer, 3)).isEqualTo("A A B");

    balancer.update(roster -> roster.changing("A", it -> it.withWeight(6)));

    // B was just served: C comes before it.
    assertThat(next(balancer, 8)).isEqualTo("A A C A A A A B");
  }

  @Test
  void changeThatLeavesTheSharesAloneLeavesTheOrderAlone() {
    Balancer balancer = balancer(server("A", 5), server("B", 1), server("C", 1));
    next(balancer, 2);

    balancer.update(roster -> roster.changing("C", it -> it.withHealth(Health.UP)));

    assertThat(next(balancer, 5)).isEqualTo("B A C A A");
  }

  @Test
  void greatChangeOfWeightMakesNoBurst() {
    Balancer balancer = balancer(server("A", 256), server("B", 1));
    // B is owed nearly a whole request, A has taken nearly one too many: nginx would now give B 127
    // in a row.
    next(balancer, 128);

    balancer.update(roster -> roster.changing("A", it -> it.withWeight(1)));

    assertThat(next(balancer, 4)).isIn("B A B A", "A B A B");
  }

  @Test
  void drainAndMaintTakeNothing() {
    Balancer balancer =
        balancer(
            server("A", 1),
            server("B", 1).withState(State.DRAIN),
            server("C", 1).withState(State.MAINT));

    assertThat(next(balancer, 3)).isEqualTo("A A A");
  }

  @Test
  void downTakesNothing() {
    assertThat(next(balancer(server("A", 1).withHealth(Health.DOWN), server("B", 1)), 3))
        .isEqualTo("B B B");
  }

  @Test
  void allDownShareAsIfAllWereUp() {
    Balancer balancer =
        balancer(
            server("A", 2).withHealth(Health.DOWN),
            server("B", 1).withHealth(Health.DOWN),
            server("C", 1).withState(State.DRAIN));

    assertThat(count(balancer, 30)).isEqualTo(Map.of("A", 20, "B", 10));
  }

  @Test
  void whatIsOnlyEjectedComesBeforeWhatIsDown() {
    Balancer balancer =
        balancer(
            server("A", 1).withEjected(true),
            server("B", 1).withHealth(Health.DOWN),
            server("C", 1).withHealth(Health.DOWN).withEjected(true));

    assertThat(next(balancer, 3)).isEqualTo("A A A");
    assertThat(balancer.pickOther(Set.of("A"))).map(Server::id).contains("B");
  }

  @Test
  void whileOneServerIsReadySomeoneIsPicked() {
    for (Health health : Health.values()) {
      for (boolean ejected : List.of(true, false)) {
        Balancer balancer =
            balancer(
                server("A", 1).withHealth(health).withEjected(ejected),
                server("B", 1).withState(State.DRAIN),
                backup("X", 1).withState(State.MAINT));

        assertThat(next(balancer, 2)).isEqualTo("A A");
      }
    }
  }

  @Test
  void nobodyIsPickedWhenTheOperatorTookEveryServerOut() {
    Balancer balancer =
        balancer(
            server("A", 1).withState(State.DRAIN),
            server("B", 1).withState(State.MAINT),
            server("C", 0));

    assertThat(balancer.pick()).isEmpty();
    assertThat(balancer.pickOther(Set.of())).isEmpty();
  }

  @Test
  void firstUsableBackupStandsInAlone() {
    Balancer balancer =
        balancer(
            server("A", 1), backup("X", 1).withHealth(Health.DOWN), backup("Y", 1), backup("Z", 1));
    assertThat(next(balancer, 2)).isEqualTo("A A");

    balancer.update(roster -> roster.changing("A", it -> it.withHealth(Health.DOWN)));
    assertThat(next(balancer, 3)).isEqualTo("Y Y Y");

    balancer.update(roster -> roster.changing("X", it -> it.withHealth(Health.UP)));
    assertThat(next(balancer, 3)).isEqualTo("X X X");

    balancer.update(roster -> roster.changing("A", it -> it.withHealth(Health.UP)));
    assertThat(next(balancer, 3)).isEqualTo("A A A");
  }

  @Test
  void withAllBackupsAllUsableOnesStandInByWeight() {
    Balancer balancer =
        new Balancer(
            new Roster(
                Mode.ACTIVE_ACTIVE,
                List.of(server("A", 1), backup("X", 2), backup("Y", 1), backup("Z", 1)),
                true),
            length -> 0);
    assertThat(next(balancer, 2)).isEqualTo("A A");

    balancer.update(
        roster ->
            roster
                .changing("A", it -> it.withHealth(Health.DOWN))
                .changing("Z", it -> it.withState(State.DRAIN)));
    assertThat(count(balancer, 30)).isEqualTo(Map.of("X", 20, "Y", 10));

    balancer.update(roster -> roster.withMode(Mode.ACTIVE_PASSIVE));
    assertThat(next(balancer, 2)).isEqualTo("X X");

    balancer.update(roster -> roster.changing("A", it -> it.withHealth(Health.UP)));
    assertThat(next(balancer, 2)).isEqualTo("A A");
  }

  @Test
  void backupsTakeOverWhenEveryActiveServerIsAtWeight0() {
    assertThat(next(balancer(server("A", 0), backup("X", 1)), 2)).isEqualTo("X X");
  }

  @Test
  void activePassiveGivesTheFirstUsableAll() {
    Balancer balancer = balancer(server("A", 1), server("B", 9), backup("X", 1));
    balancer.update(roster -> roster.withMode(Mode.ACTIVE_PASSIVE));
    assertThat(next(balancer, 3)).isEqualTo("A A A");

    balancer.update(roster -> roster.changing("A", it -> it.withHealth(Health.DOWN)));
    assertThat(next(balancer, 3)).isEqualTo("B B B");

    balancer.update(
        roster ->
            roster.withMode(Mode.ACTIVE_ACTIVE).changing("A", it -> it.withHealth(Health.UP)));
    assertThat(count(balancer, 10)).isEqualTo(Map.of("A", 1, "B", 9));
  }

  @Test
  void serverThatComesBackDoesNotCatchUp() {
    Balancer balancer = balancer(server("A", 1), server("B", 1));
    balancer.update(roster -> roster.changing("B", it -> it.withHealth(Health.DOWN)));
    next(balancer, 1_000);

    balancer.update(roster -> roster.changing("B", it -> it.withHealth(Health.UP)));

    assertThat(next(balancer, 4)).isIn("A B A B", "B A B A");
  }

  @Test
  void failedRequestGoesToAnotherServer() {
    Balancer balancer = balancer(server("A", 1), server("B", 1), backup("X", 1));

    assertThat(balancer.pickOther(Set.of("A"))).map(Server::id).contains("B");
    assertThat(balancer.pickOther(Set.of("A", "B"))).map(Server::id).contains("X");
    assertThat(balancer.pickOther(Set.of("A", "B", "X"))).isEmpty();
  }

  @Test
  void failedRequestGoesToAServerThatIsDownRatherThanNowhere() {
    Balancer balancer = balancer(server("A", 1), server("B", 1).withHealth(Health.DOWN));

    assertThat(balancer.pickOther(Set.of("A"))).map(Server::id).contains("B");
  }

  @Test
  void failedRequestsSpreadOverTheOthersAndLeaveFirstPicksAlone() {
    Balancer balancer = balancer(server("A", 1), server("B", 1), server("C", 1));
    Map<String, Integer> others = new HashMap<>();
    StringBuilder first = new StringBuilder();

    for (int i = 0; i < 300; i++) {
      String id = next(balancer);
      first.append(id);
      if (id.equals("A")) {
        others.merge(balancer.pickOther(Set.of("A")).orElseThrow().id(), 1, Integer::sum);
      }
    }

    assertThat(first.toString()).isEqualTo("ABC".repeat(100));
    assertThat(others).isEqualTo(Map.of("B", 50, "C", 50));
  }

  @Test
  void manyThreadsGetExactShares() throws Exception {
    Balancer balancer = balancer(server("A", 5), server("B", 1), server("C", 1));
    Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    int threads = 8;
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        var _ =
            pool.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < 7_000; i++) {
                    counts.computeIfAbsent(next(balancer), id -> new LongAdder()).increment();
                  }
                  return null;
                });
      }
      start.countDown();
    }

    assertThat(counts.get("A")).hasToString("40000");
    assertThat(counts.get("B")).hasToString("8000");
    assertThat(counts.get("C")).hasToString("8000");
  }

  @Test
  void pickThatStartsAfterAChangeNeverSeesTheOldRoster() throws Exception {
    Balancer balancer = balancer(server("A", 1), server("B", 1));
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      for (int t = 0; t < 2; t++) {
        var _ =
            pool.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < 100_000; i++) {
                    next(balancer);
                  }
                  return null;
                });
      }
      var changer =
          pool.submit(
              () -> {
                start.await();
                for (int i = 0; i < 2_000; i++) {
                  balancer.update(roster -> roster.changing("A", it -> it.withState(State.DRAIN)));
                  assertThat(next(balancer)).isEqualTo("B");
                  balancer.update(
                      roster ->
                          roster
                              .changing("A", it -> it.withState(State.READY))
                              .changing("B", it -> it.withWeight(0)));
                  assertThat(next(balancer)).isEqualTo("A");
                  balancer.update(roster -> roster.changing("B", it -> it.withWeight(1)));
                }
                return null;
              });
      start.countDown();
      changer.get();
    }
  }

  @Test
  void refusedChangeChangesNothing() {
    Balancer balancer = balancer(server("A", 1), server("B", 1));
    Roster before = balancer.roster();

    org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                balancer.update(
                    roster ->
                        roster
                            .withMode(Mode.ACTIVE_PASSIVE)
                            .changing("A", it -> it.withWeight(257))))
        .withMessage("weight is 257 (expected: 0-256)");

    assertThat(balancer.roster()).isEqualTo(before);
    assertThat(List.of(before.servers().size())).containsExactly(2);
  }
}
