package dev.mainstay.gateway.upstream;

import static dev.mainstay.gateway.upstream.Stage.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** No more requests at a server than it may have; the others wait for their turn. */
class QueueTest {

  private final Stage stage = aPool(2, 1, 3);

  private static Stage aPool(int servers, int connections, int queue) {
    return Stage.of(
        rules -> rules.withLimits(new Limits(connections, queue, Duration.ofSeconds(5))), servers);
  }

  /** Remembers what was called. */
  private static class Client implements Waiter {
    private @Nullable Attempt attempt;
    private @Nullable Refusal refusal;

    @Override
    public void admitted(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void turnedAway(Refusal why) {
      this.refusal = why;
    }

    String fate() {
      return attempt != null ? attempt.server().id() : refusal != null ? refusal.name() : "waits";
    }
  }

  private Client waits(String... tried) {
    Client client = new Client();
    var _ = stage.pool.queue(Set.of(tried), client);
    return client;
  }

  private Attempt begun() {
    return stage.pool.begin().orElseThrow();
  }

  @Test
  void serverThatIsFullIsPassedOverAndThenThereIsNoRoom() {
    Attempt first = begun();
    Attempt second = begun();

    assertThat(Set.of(first.server().id(), second.server().id())).isEqualTo(Set.of("s0", "s1"));
    assertThat(stage.pool.begin()).isEmpty();
    assertThat(stage.pool.beginElsewhere(Set.of("s0"))).isEmpty();
    first.end();
    assertThat(begun().server().id()).isEqualTo(first.server().id());
  }

  @Test
  void theyAreAdmittedInTheOrderInWhichTheyCame() {
    Attempt first = begun();
    Attempt second = begun();
    Client one = waits();
    Client two = waits();
    assertThat(stage.pool.queued("s0") + stage.pool.queued("s1")).isEqualTo(2);

    second.end();
    assertThat(one.fate()).isEqualTo("s1");
    assertThat(two.fate()).isEqualTo("waits");
    first.end();
    assertThat(two.fate()).isEqualTo("s0");
    assertThat(stage.pool.queued("s0") + stage.pool.queued("s1")).isZero();
  }

  @Test
  void whoComesLaterDoesNotPassWhoWaits() {
    begun();
    Attempt second = begun();
    Client one = waits("s1");
    second.end();

    // Room at s1 is not for the one who was there.
    assertThat(one.fate()).isEqualTo("waits");
    assertThat(stage.pool.begin()).isEmpty();
    Client two = waits();
    assertThat(two.fate()).isEqualTo("waits");
    stage.pool.tick(stage.now());
    assertThat(two.fate()).isEqualTo("s1");
  }

  @Test
  void asManyWaitAsMay() {
    begun();
    begun();
    List<Client> clients = List.of(waits(), waits(), waits(), waits());

    assertThat(clients)
        .extracting(Client::fate)
        .containsExactly("waits", "waits", "waits", "QUEUE_FULL");
  }

  @Test
  void theyWaitAsLongAsTheyMay() {
    begun();
    begun();
    Client one = waits();
    stage.pass(Duration.ofSeconds(1));
    Client two = waits();

    stage.pass(Duration.ofMillis(3_950));
    assertThat(one.fate()).isEqualTo("waits");
    stage.pass(Duration.ofMillis(50));
    assertThat(one.fate()).isEqualTo("QUEUE_TIMEOUT");
    assertThat(two.fate()).isEqualTo("waits");
  }

  @Test
  void clientThatGivesUpNeverReachesAServer() {
    Attempt first = begun();
    begun();
    Client gone = new Client();
    Ticket ticket = stage.pool.queue(Set.of(), gone);
    Client next = waits();

    assertThat(ticket.leave()).isTrue();
    assertThat(ticket.leave()).isFalse();
    first.end();

    assertThat(gone.fate()).isEqualTo("waits");
    assertThat(next.fate()).isEqualTo("s0");
    assertThat(stage.member("s0").tally().requests()).isEqualTo(2);
  }

  @Test
  void nobodyWaitsForNobody() {
    begun();
    begun();
    Client tried = waits("s0", "s1");
    assertThat(tried.fate()).isEqualTo("NOBODY");

    Client waiting = waits();
    stage.state("s0", State.DRAIN);
    stage.state("s1", State.MAINT);
    stage.pool.tick(stage.now());
    assertThat(waiting.fate()).isEqualTo("NOBODY");
  }

  @Test
  void serverThatComesBackTakesThoseWhoWait() {
    stage.state("s1", State.DRAIN);
    begun();
    Client one = waits();

    stage.state("s1", State.READY);
    stage.pool.tick(stage.now());

    assertThat(one.fate()).isEqualTo("s1");
  }

  @Test
  void standbyDoesNotTakeOverFromAServerThatIsFull() {
    Stage passive =
        Stage.of(
            rules -> rules.withLimits(new Limits(1, 3, Duration.ofSeconds(5))),
            server("a", 1),
            server("x", 1).withBackup(true));
    assertThat(passive.pool.begin()).isPresent();
    assertThat(passive.pool.begin()).isEmpty();
    stage.pool.changeMode(Mode.ACTIVE_PASSIVE, "admin", "test");
    begun();
    assertThat(stage.pool.begin()).isEmpty();
  }

  @Test
  void withoutALimitNobodyWaits() {
    Stage free = Stage.of(rules -> rules, 2);

    for (int i = 0; i < 1_000; i++) {
      assertThat(free.pool.begin()).isPresent();
    }
    assertThat(free.member("s0").tally().inFlight()).isEqualTo(500);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Limits(-1, 0, Duration.ofSeconds(1)))
        .withMessage("max-connections is -1 (expected: 0-1000000)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Limits(1, 1, Duration.ZERO))
        .withMessage("queue-timeout is 0 ms (expected: 1 ms - 1 h)");
  }

  /**
   * Threads that come, wait, are served, and give up, with nobody to tick: every one is admitted or
   * has left, no server ever has more than its limit, and nothing stays behind.
   */
  @Test
  void noRoomIsMissedAndNoneIsTakenTwice() throws Exception {
    Stage busy = aPool(2, 2, 1_000);
    AtomicInteger atFirst = new AtomicInteger();
    AtomicInteger atSecond = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    AtomicInteger left = new AtomicInteger();
    int threads = 8;
    int rounds = 3_000;
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<@Nullable Void>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        boolean impatient = t % 4 == 0;
        all.add(
            pool.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < rounds; i++) {
                    Optional<Attempt> attempt = busy.pool.begin();
                    if (attempt.isEmpty()) {
                      attempt = queued(busy, impatient && i % 2 == 0);
                    }
                    if (attempt.isEmpty()) {
                      left.incrementAndGet();
                      continue;
                    }
                    AtomicInteger here =
                        attempt.get().server().id().equals("s0") ? atFirst : atSecond;
                    most.accumulateAndGet(here.incrementAndGet(), Math::max);
                    served.incrementAndGet();
                    here.decrementAndGet();
                    attempt.get().end();
                  }
                  return null;
                }));
      }
      start.countDown();
      for (var each : all) {
        each.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(most.get()).isBetween(1, 2);
    assertThat(served.get() + left.get()).isEqualTo(threads * rounds);
    assertThat(busy.member("s0").tally().inFlight()).isZero();
    assertThat(busy.member("s1").tally().inFlight()).isZero();
    assertThat(busy.member("s0").tally().requests() + busy.member("s1").tally().requests())
        .isEqualTo(served.get());
    assertThat(busy.pool.queued("s0") + busy.pool.queued("s1")).isZero();
    assertThat(busy.pool.begin()).isPresent();
  }

  private static Optional<Attempt> queued(Stage busy, boolean impatient) throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    Client client =
        new Client() {
          @Override
          public void admitted(Attempt attempt) {
            super.admitted(attempt);
            called.countDown();
          }
        };
    Ticket ticket = busy.pool.queue(Set.of(), client);
    if (impatient && ticket.leave()) {
      return Optional.empty();
    }
    if (!called.await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("forgotten in the queue");
    }
    return Optional.ofNullable(client.attempt);
  }
}
