package dev.mainstay.db.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.controller.plan.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptsTest {

  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private final Attempts attempts = new Attempts();
  private final Step close = new Step.Close(node(2), "open");
  private final Step resume = new Step.Resume(node(2), true, "stopped");
  private final Step other = new Step.Resume(node(3), true, "stopped");

  @Test
  void aStepThatDoesNotHelpIsTriedAfter1And2And4SecondsAndSoOnUpTo30() {
    List<Integer> tries = new ArrayList<>();
    for (int second = 0; second <= 121; second++) {
      if (!attempts.due(List.of(resume), START.plusSeconds(second)).isEmpty()) {
        tries.add(second);
      }
    }

    assertThat(tries).containsExactly(0, 1, 3, 7, 15, 31, 61, 91, 121);
  }

  @Test
  void aStepThatHelpedStartsAnew() {
    attempts.due(List.of(resume), START);
    attempts.due(List.of(resume), START.plusSeconds(1));
    attempts.due(List.of(), START.plusSeconds(4));

    assertThat(attempts.due(List.of(resume), START.plusSeconds(5))).containsExactly(resume);
    assertThat(attempts.due(List.of(resume), START.plusSeconds(6))).containsExactly(resume);
  }

  @Test
  void whatFollowsAPausingStepOnTheSameNodeWaitsWithIt() {
    attempts.due(List.of(close), START);

    assertThat(attempts.due(List.of(close, resume, other), START.plusMillis(500)))
        .containsExactly(other);
    assertThat(attempts.due(List.of(close, resume), START.plusSeconds(1)))
        .containsExactly(close, resume);
  }

  @Test
  void aForgottenAttemptCountsForNothing() {
    attempts.due(List.of(resume), START);
    attempts.forget(resume);

    assertThat(attempts.due(List.of(resume), START)).containsExactly(resume);
  }

  private static NodeAddress node(int number) {
    return NodeAddress.parse("db-%d=127.0.0.1:%d".formatted(number, 3310 + number));
  }
}
