package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.START;
import static dev.mainstay.stack.drill.check.Given.acknowledged;
import static dev.mainstay.stack.drill.check.Given.alone;
import static dev.mainstay.stack.drill.check.Given.at;
import static dev.mainstay.stack.drill.check.Given.copy;
import static dev.mainstay.stack.drill.check.Given.cutShort;
import static dev.mainstay.stack.drill.check.Given.event;
import static dev.mainstay.stack.drill.check.Given.fault;
import static dev.mainstay.stack.drill.check.Given.look;
import static dev.mainstay.stack.drill.check.Given.read;
import static dev.mainstay.stack.drill.check.Given.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.drill.load.Outcome;
import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Copy;
import dev.mainstay.stack.drill.watch.Event;
import dev.mainstay.stack.drill.watch.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A drill of two seconds with a fault in the middle and a write pause of {@code pause}. */
class VerdictTest {

  private static final Promise PROMISE =
      new Promise(
          Duration.ofMillis(400), Optional.of(Duration.ofMillis(300)), Promise.Office.MOVES);

  private final List<Request> requests = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final List<Division> divisions = new ArrayList<>();
  private final Map<String, String> quarantined = new HashMap<>();
  private List<Copy> copies = List.of();

  VerdictTest() {
    events.add(event(1200, "PRIMARY", "db-2", 11));
  }

  private Verdict verdict(long pause, boolean lenient) {
    return verdict(pause, lenient, PROMISE);
  }

  private Verdict verdict(long pause, boolean lenient, Promise promise) {
    List<String> marks = new ArrayList<>();
    for (long time = 5; time < 2000; time += 20) {
      requests.add(read(time));
      if (time < 1000 || time > 1000 + pause) {
        marks.add("w" + time);
        requests.add(acknowledged("w" + time, time));
      }
    }
    if (copies.isEmpty()) {
      String[] all = marks.toArray(String[]::new);
      copies = Stream.of("db-1", "db-2").map(node -> copy(node, all)).toList();
    }
    return Verdict.of(
        new Trial(
            START,
            at(2000),
            requests,
            List.of(fault(1000, "db-1")),
            events,
            samples,
            copies,
            quarantined,
            divisions,
            Optional.empty(),
            problems),
        promise,
        lenient);
  }

  @Test
  void holdsWhereNothingWentWrong() {
    assertThat(verdict(300, false).why()).isEmpty();
  }

  @Test
  void longerPauseBreaksThePromise() {
    assertThat(verdict(600, false).why())
        .containsExactly("writes paused for 620 ms (promised: 400 ms)");
  }

  @Test
  void lenientTimesAllowFiveTimesAsMuch() {
    assertThat(verdict(900, true).why()).isEmpty();
  }

  @Test
  void failureIsNeverAllowed() {
    requests.add(unknown("u", 500));

    assertThat(verdict(300, true).why())
        .containsExactly(
            "1 requests failed, of which 0 were refused and 1 are unknown; the first: a post that ended 500 ms after the measuring began and took 5 ms: HTTP 503, unknown");
  }

  @Test
  void onlyWhatWasInFlightMayFailWhereThatWasPromised() {
    Promise promise = PROMISE.exceptFor(Promise.Failures.IN_FLIGHT);
    requests.add(cutShort(1010, 15));
    assertThat(verdict(300, false, promise).why()).isEmpty();

    requests.add(cutShort(990, 15));
    assertThat(verdict(300, false, promise).why())
        .singleElement()
        .asString()
        .contains(
            "2 requests failed", "the first that was not in flight: a read that ended 990 ms");
  }

  @Test
  void anAnswerThatTakesTooLongBreaksThePromise() {
    requests.add(
        new Request(
            9,
            Optional.empty(),
            at(300),
            at(1000),
            new Outcome.Answered(200, Optional.empty(), Optional.empty(), "web-1")));

    assertThat(verdict(300, false, PROMISE.answeredWithin(Duration.ofMillis(600))).why())
        .containsExactly("an answer took 700 ms (promised: 600 ms)");
  }

  @Test
  void sharesThatDoNotFollowTheWeightsBreakThePromise() {
    divisions.add(new Division(at(0), at(2000), Map.of("web-1", 1, "web-2", 1)));

    assertThat(verdict(300, true).why())
        .hasSize(2)
        .anyMatch(why -> why.startsWith("web-2 answered 0 of "));
  }

  @Test
  void failureIsAllowedInAnOutageThatWasPromised() {
    requests.add(unknown("u", 500));

    assertThat(verdict(300, true, PROMISE.exceptFor(Promise.Failures.OUTAGE)).why()).isEmpty();
  }

  @Test
  void writeThatNobodyCouldAcknowledgeBreaksThePromise() {
    assertThat(verdict(300, true, PROMISE.noneAcknowledgedFor(Duration.ofMillis(900))).why())
        .singleElement()
        .asString()
        .endsWith("writes were acknowledged while nobody was there to acknowledge them");
  }

  @Test
  void writesThatWaitUntilSomebodyIsThereKeepIt() {
    assertThat(verdict(900, true, PROMISE.noneAcknowledgedFor(Duration.ofMillis(900))).why())
        .isEmpty();
  }

  @Test
  void lossBreaksThePromise() {
    copies = List.of(copy("db-1"), copy("db-2"));

    Verdict verdict = verdict(300, true);

    assertThat(verdict.held()).isFalse();
    assertThat(verdict.audit().lost()).isPositive();
  }

  @Test
  void twoNodesThatCanObtainAcknowledgementsBreakIt() {
    for (long time : new long[] {1300, 1400}) {
      samples.add(look("db-1", time, alone(1, 1)));
      samples.add(look("db-2", time, alone(2, 11)));
    }

    assertThat(verdict(300, true).why())
        .singleElement()
        .asString()
        .startsWith("db-1 and db-2 could both obtain acknowledgements from");
  }

  @Test
  void drillInWhichNothingHappenedDoesNotCount() {
    events.clear();

    assertThat(verdict(300, true).why())
        .containsExactly("the primary's office did not move, so nothing was measured");
  }

  @Test
  void anOfficeThatIsToStayIsNotToMove() {
    Promise stays = new Promise(Duration.ofMillis(400), Optional.empty(), Promise.Office.STAYS);

    assertThat(verdict(300, true, stays).why())
        .containsExactly("the primary's office moved, without need");
    events.clear();
    assertThat(verdict(300, true, stays).held()).isTrue();
  }

  @Test
  void onlyANodeThatWasBrokenMayEndQuarantined() {
    quarantined.put("db-1", "is errant: the primary lacks a:7");
    assertThat(verdict(300, true).held()).isTrue();

    quarantined.put("db-2", "is errant: the primary lacks b:7");
    assertThat(verdict(300, true).why())
        .containsExactly(
            "db-2 is quarantined, though nothing was done to it: it is errant: the primary lacks b:7");
  }

  @Test
  void whatKeptTheDrillFromBeingRunIsTold() {
    problems.add("db-1 is QUARANTINED");

    assertThat(verdict(300, true).why()).containsExactly("db-1 is QUARANTINED");
  }

  @Test
  void tooLittleLoadDoesNotCount() {
    Trial little =
        new Trial(
            START,
            at(2000),
            List.of(acknowledged("a", 10)),
            List.of(fault(1000, "db-1")),
            events,
            List.of(),
            List.of(copy("db-1", "a")),
            Map.of(),
            List.of(),
            Optional.empty(),
            List.of());

    assertThat(Verdict.of(little, PROMISE, true).why())
        .anySatisfy(why -> assertThat(why).startsWith("the load came to 1 requests a second only"));
  }
}
