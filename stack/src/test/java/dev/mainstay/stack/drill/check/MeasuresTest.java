package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.acknowledged;
import static dev.mainstay.stack.drill.check.Given.at;
import static dev.mainstay.stack.drill.check.Given.event;
import static dev.mainstay.stack.drill.check.Given.fault;
import static dev.mainstay.stack.drill.check.Given.read;
import static dev.mainstay.stack.drill.check.Given.refused;
import static dev.mainstay.stack.drill.check.Given.trial;
import static dev.mainstay.stack.drill.check.Given.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MeasuresTest {

  private static List<Instant> times(long... millis) {
    return LongStream.of(millis).mapToObj(Given::at).toList();
  }

  @Test
  void longestGapLiesBetweenNeighbours() {
    assertThat(Measures.longestGap(times(0, 10, 500, 510), at(520)))
        .isEqualTo(Duration.ofMillis(490));
  }

  @Test
  void gapThatLastsUntilTheEndCounts() {
    assertThat(Measures.longestGap(times(0, 10), at(900))).isEqualTo(Duration.ofMillis(890));
  }

  @Test
  void answersAfterTheEndCloseTheirGap() {
    assertThat(Measures.longestGap(times(0, 10, 950), at(900))).isEqualTo(Duration.ofMillis(940));
  }

  @Test
  void nothingAtAllIsNoShortGap() {
    assertThat(Measures.longestGap(List.of(), at(900))).isEqualTo(Duration.ofDays(1));
  }

  @Test
  void refusedAndUnknownAreFailedToo() {
    Measures measures =
        Measures.of(
            trial(
                List.of(acknowledged("a", 5), refused("b", 6), unknown("c", 7), read(8)),
                List.of(fault(1000, "db-1")),
                List.of()));

    assertThat(measures.requests()).isEqualTo(4);
    assertThat(measures.failed()).isEqualTo(2);
    assertThat(measures.refused()).isEqualTo(1);
    assertThat(measures.unknown()).isEqualTo(1);
  }

  @Test
  void onlyAcknowledgedWritesEndAWritePause() {
    Measures measures =
        Measures.of(
            trial(
                List.of(
                    acknowledged("a", 100), read(500), unknown("b", 900), acknowledged("c", 1900)),
                List.of(fault(1000, "db-1")),
                List.of()));

    assertThat(measures.writePauseMillis()).isEqualTo(1800);
    assertThat(measures.readPauseMillis()).isEqualTo(1500);
  }

  @Test
  void takesItsTimesFromTheEvents() {
    Measures measures =
        Measures.of(
            trial(
                List.of(),
                List.of(fault(1000, "db-1")),
                List.of(
                    event(900, "PRIMARY", "db-1", 1),
                    event(1250, "VACANT", "db-1", 1),
                    event(1300, "VACANT", "db-1", 1),
                    event(1650, "PRIMARY", "db-2", 11),
                    event(1700, "JOINED", "db-3", 11),
                    event(9000, "JOINED", "db-1", 11))));

    assertThat(measures.detectMillis()).isEqualTo(250);
    assertThat(measures.promoteMillis()).isEqualTo(400);
    assertThat(measures.rejoinMillis()).isEqualTo(8000);
  }

  @Test
  void nodeIsBackWhenItAcknowledgesAgainAndWasGoneBefore() {
    Trial trial =
        new Trial(
            Given.START,
            at(20000),
            List.of(),
            List.of(fault(1000, "db-2")),
            List.of(event(2000, "JOINED", "db-2", 11)),
            List.of(
                // Not dead yet.
                Given.look("db-2", 1001, Given.replica(2, 1, 1)),
                Given.silence("db-2", 1100),
                Given.look("db-3", 1200, Given.replica(3, 1, 1)),
                Given.look("db-2", 7000, Given.replica(2, 1, 1)),
                Given.look("db-2", 7100, Given.replica(2, 1, 1))),
            List.of(),
            Map.of(),
            List.of(),
            Optional.empty(),
            List.of());

    assertThat(Measures.of(trial).rejoinMillis()).isEqualTo(6002);
  }

  @Test
  void whatDidNotHappenHasNoTime() {
    Measures measures = Measures.of(trial(List.of(), List.of(fault(1000, "db-1")), List.of()));

    assertThat(measures.detectMillis()).isNull();
    assertThat(measures.promoteMillis()).isNull();
    assertThat(measures.rejoinMillis()).isNull();
  }

  @Test
  void worstOfSeveralFaultsCounts() {
    Measures measures =
        Measures.of(
            trial(
                List.of(),
                List.of(fault(1000, "db-1"), fault(5000, "db-2")),
                List.of(
                    event(1100, "VACANT", "db-1", 1),
                    event(1200, "PRIMARY", "db-2", 11),
                    event(5700, "VACANT", "db-2", 11),
                    event(5900, "PRIMARY", "db-1", 21))));

    assertThat(measures.detectMillis()).isEqualTo(700);
    assertThat(measures.promoteMillis()).isEqualTo(200);
  }

  @Test
  void switchoverIsTimedFromItsOrder() {
    Measures measures =
        Measures.of(
            trial(
                List.of(),
                List.of(new Mark(at(1000), Mark.Kind.ORDER, "db-2", "switchover")),
                List.of(event(1280, "PRIMARY", "db-2", 11))));

    assertThat(measures.detectMillis()).isNull();
    assertThat(measures.promoteMillis()).isEqualTo(280);
  }
}
