package dev.mainstay.db.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.Task;
import dev.mainstay.db.failover.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptsTest {

  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private final Attempts attempts = new Attempts();
  private final Task close = new Task.Turn(new Step.Close(node(2), "open"));
  private final Task resume = new Task.Turn(new Step.Resume(node(2), true, "stopped"));
  private final Task other = new Task.Turn(new Step.Resume(node(3), true, "stopped"));

  @Test
  void aTaskThatDoesNotHelpIsTriedAfter100And200And400MillisecondsAndSoOnUpTo10Seconds() {
    List<Integer> tries = new ArrayList<>();
    for (int tenth = 0; tenth <= 330; tenth++) {
      if (!attempts.due(List.of(resume), START.plusMillis(100L * tenth)).isEmpty()) {
        tries.add(tenth);
      }
    }

    assertThat(tries).containsExactly(0, 1, 3, 7, 15, 31, 63, 127, 227, 327);
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

    assertThat(attempts.due(List.of(close, resume, other), START.plusMillis(50)))
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

  private static NodeId node(int number) {
    return new NodeId("db-" + number);
  }
}
