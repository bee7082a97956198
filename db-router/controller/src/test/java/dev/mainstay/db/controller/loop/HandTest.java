package dev.mainstay.db.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.controller.plan.Task;
import dev.mainstay.db.engine.Accounts;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.engine.NodeConnector;
import dev.mainstay.db.failover.Decision;
import dev.mainstay.db.failover.Policy;
import dev.mainstay.db.failover.Step;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class HandTest {

  private static final NodeId NODE = new NodeId("db-1");
  private static final Task KILL = new Task.Turn(new Step.Kill(NODE, "db-2 is primary"));

  private final Queue<NodeId> killed = new ConcurrentLinkedQueue<>();
  private final Hand hand = hand();

  @Test
  void whatWasDecidedNowIsDone() {
    hand.begin(List.of(KILL), System.nanoTime());
    await().until(hand::isIdle);

    assertThat(killed).containsExactly(NODE);
    assertThat(hand.results()).containsExactly(new Hand.Result(KILL, true, true));
  }

  @Test
  void whatWasDecidedTooLongAgoIsNotBegun() {
    hand.begin(List.of(KILL, KILL), System.nanoTime() - Decision.VALID.toNanos());
    await().until(hand::isIdle);

    assertThat(killed).isEmpty();
    assertThat(hand.results()).containsExactly(new Hand.Result(KILL, false, false));
  }

  /** Else no decision could rest on a session that only the keeper uses. */
  @Test
  void aLockIsKeptAliveMoreOftenThanADecisionNeeds() {
    assertThat(Controller.KEEP_ALIVE.multipliedBy(2))
        .isLessThan(LockedSession.IDLE.minus(Decision.VALID));
  }

  private Hand hand() {
    Credentials own = new Credentials("controller", "secret");
    ControllerSettings settings =
        new ControllerSettings(
            "rt-1",
            new ClusterSpec(
                "mainstay",
                List.of(new NodeAddress(NODE, "127.0.0.1", 3311)),
                Duration.ofSeconds(3)),
            Policy.DEFAULT,
            own,
            new Accounts(
                "mainstay",
                new Credentials("app", "secret"),
                new Credentials("migrate", "secret"),
                new Credentials("monitor", "secret"),
                List.of(new Credentials("repl_db-1", "secret"))),
            Duration.ofMillis(100),
            Links.DIRECT,
            killed::add,
            Breakpoint.NONE);
    Clock clock = Clock.systemUTC();
    Reach reach =
        new Reach(
            new NodeConnector(own, Duration.ofSeconds(1), Duration.ofSeconds(1)), Links.DIRECT);
    Lease lease = new Lease(settings.cluster(), reach, clock);
    return new Hand(new Actor(settings, lease, reach, clock), new Events("rt-1", clock), () -> {});
  }
}
