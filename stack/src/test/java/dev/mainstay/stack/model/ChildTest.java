package dev.mainstay.stack.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.stack.model.Child.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildTest {

  private static final RestartSchedule SCHEDULE = RestartSchedule.STANDARD;
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final Identity PROCESS = new Identity(4711, "boot-1");

  private static Instant at(double seconds) {
    return NOON.plusMillis((long) (seconds * 1000));
  }

  private static Child web() {
    return Child.fresh(new Name(Role.WEB_APP, 1), 8101);
  }

  private static Child running() {
    return web().started(PROCESS, NOON);
  }

  @Test
  void adoptedChildIsKeptAsItWasOrdered() {
    Child stopped = running().stopping(Duration.ofSeconds(5), NOON);
    Child held = running().restarting(Duration.ZERO, Duration.ofSeconds(60), NOON);

    assertThat(running().adopted(true)).isEqualTo(running());
    assertThat(stopped.adopted(true)).isEqualTo(stopped);
    assertThat(stopped.adopted(false).phase()).isEqualTo(new Phase.Down());
    assertThat(stopped.gone(SCHEDULE, at(1)).adopted(false).phase()).isEqualTo(new Phase.Down());
    assertThat(held.adopted(false).next(at(59))).isEqualTo(Step.REST);
    assertThat(held.gone(SCHEDULE, at(1)).adopted(false).next(at(59))).isEqualTo(Step.REST);
  }

  @Test
  void adoptedChildThatHadDiedStartsAtOnceAndWithoutItsPast() {
    Child dead = running().gone(SCHEDULE, at(5)).started(PROCESS, at(6)).gone(SCHEDULE, at(7));

    assertThat(dead.adopted(false)).isEqualTo(web());
    assertThat(running().adopted(false)).isEqualTo(web());
  }

  @Test
  void freshChildIsStartedAtOnce() {
    assertThat(web().next(NOON)).isEqualTo(Step.START);
  }

  @Test
  void runningChildIsLeftAlone() {
    assertThat(running().next(at(1_000_000))).isEqualTo(Step.REST);
  }

  @Test
  void deadChildIsStartedAfterOneSecond() {
    Child dead = running().gone(SCHEDULE, at(5));

    assertThat(dead.next(at(5.999))).isEqualTo(Step.REST);
    assertThat(dead.next(at(6))).isEqualTo(Step.START);
  }

  @Test
  void everyDeathInARowDoublesTheWaitUpToThirtySeconds() {
    List<Long> waits = new ArrayList<>();
    Child child = web();
    for (int death = 0; death < 7; death++) {
      child = child.started(PROCESS, NOON).gone(SCHEDULE, at(3));
      if (child.phase() instanceof Phase.Waiting(Instant notBefore)) {
        waits.add(Duration.between(at(3), notBefore).toSeconds());
      }
    }

    assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
  }

  @Test
  void deathsAreForgivenAfterAHealthySpell() {
    Child weak = web();
    for (int death = 0; death < 5; death++) {
      weak = weak.started(PROCESS, NOON).gone(SCHEDULE, at(3));
    }

    Child later = weak.started(PROCESS, NOON).gone(SCHEDULE, at(60));

    assertThat(later.deaths()).isEqualTo(1);
    assertThat(later.next(at(61))).isEqualTo(Step.START);
  }

  @Test
  void failedStartCountsAsDeath() {
    Child failed = web().notStarted(SCHEDULE, NOON).notStarted(SCHEDULE, NOON);

    assertThat(failed.deaths()).isEqualTo(2);
    assertThat(failed.next(at(1.9))).isEqualTo(Step.REST);
    assertThat(failed.next(at(2))).isEqualTo(Step.START);
  }

  @Test
  void stoppedChildIsKilledOnlyAfterItsGrace() {
    Child stopping = running().stopping(Duration.ofSeconds(20), NOON);

    assertThat(stopping.next(at(19.9))).isEqualTo(Step.REST);
    assertThat(stopping.next(at(20))).isEqualTo(Step.KILL);
  }

  @Test
  void stoppedChildStaysDownUntilItIsWanted() {
    Child down = running().stopping(Duration.ofSeconds(20), NOON).gone(SCHEDULE, at(1));

    assertThat(down.next(at(1_000_000))).isEqualTo(Step.REST);
    assertThat(down.wanted(at(2)).next(at(2))).isEqualTo(Step.START);
  }

  @Test
  void restartedChildIsNoDeath() {
    Child again =
        running().restarting(Duration.ofSeconds(20), Duration.ZERO, NOON).gone(SCHEDULE, at(1));

    assertThat(again.deaths()).isZero();
    assertThat(again.next(at(1))).isEqualTo(Step.START);
  }

  @Test
  void childKilledForTenSecondsIsStartedAfterTenSeconds() {
    Child killed = running().restarting(Duration.ZERO, Duration.ofSeconds(10), NOON);

    assertThat(killed.next(NOON)).isEqualTo(Step.KILL);
    Child gone = killed.gone(SCHEDULE, at(0.1));
    assertThat(gone.next(at(9.9))).isEqualTo(Step.REST);
    assertThat(gone.next(at(10))).isEqualTo(Step.START);
  }

  @Test
  void childWantedWhileItEndsIsStartedAgain() {
    Child wanted =
        running().stopping(Duration.ofSeconds(20), NOON).wanted(at(1)).gone(SCHEDULE, at(2));

    assertThat(wanted.next(at(2))).isEqualTo(Step.START);
  }

  @Test
  void childThatIsStoppedWhileItWaitsStaysDown() {
    Child down = running().gone(SCHEDULE, at(1)).stopping(Duration.ZERO, at(1));

    assertThat(down.next(at(100))).isEqualTo(Step.REST);
  }

  @Test
  void endIsFollowedByDownOrWaitingOnly() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Phase.Ending(PROCESS, NOON, new Phase.Running(PROCESS, NOON)));
  }
}
