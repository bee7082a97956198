package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.load.Fate;
import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Event;
import dev.mainstay.stack.drill.watch.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a drill. Of several faults in a row the worst counts.
 *
 * @param failed all requests without a 2xx in time, refused and unknown ones among them
 * @param slowestMillis the longest that an answer took, or that it was waited for in vain
 * @param perSecond requests a second before the first fault
 * @param detectMillis from the fault until a controller called the office vacant
 * @param promoteMillis from then until a node had the office and was open; of a switchover: from
 *     the order on
 * @param rejoinMillis from the fault until the node that was hit acknowledged writes as a replica
 *     again
 */
public record Measures(
    int requests,
    int failed,
    int refused,
    int unknown,
    double perSecond,
    long slowestMillis,
    long writePauseMillis,
    long readPauseMillis,
    @Nullable Long detectMillis,
    @Nullable Long promoteMillis,
    @Nullable Long rejoinMillis) {

  static Measures of(Trial trial) {
    List<Request> requests = trial.requests();
    List<Request> measured = trial.measured();
    Instant firstMark = trial.marks().stream().map(Mark::at).findFirst().orElse(trial.ended());
    long before = measured.stream().filter(request -> request.sent().isBefore(firstMark)).count();
    Duration calm = Duration.between(trial.begun(), firstMark);
    return new Measures(
        requests.size(),
        count(requests, request -> request.fate() != Fate.ACKNOWLEDGED),
        count(requests, request -> request.fate() == Fate.REFUSED),
        count(requests, request -> request.fate() == Fate.UNKNOWN),
        calm.isPositive() ? before * 1000.0 / calm.toMillis() : 0,
        measured.stream().mapToLong(request -> request.took().toMillis()).max().orElse(0),
        longestGap(acknowledged(measured, Request::isWrite), trial.ended()).toMillis(),
        longestGap(acknowledged(measured, request -> !request.isWrite()), trial.ended()).toMillis(),
        worst(faults(trial).map(fault -> detect(trial, fault))),
        worst(trial.marks().stream().map(mark -> promote(trial, mark))),
        worst(faults(trial).map(fault -> rejoin(trial, fault))));
  }

  private static int count(List<Request> requests, Predicate<Request> which) {
    return (int) requests.stream().filter(which).count();
  }

  private static List<Instant> acknowledged(List<Request> requests, Predicate<Request> which) {
    return requests.stream()
        .filter(which)
        .filter(request -> request.fate() == Fate.ACKNOWLEDGED)
        .map(Request::done)
        .sorted()
        .toList();
  }

  /**
   * The longest time in which nothing happened, from the first of {@code times} to {@code end}; an
   * outage that lasts until the end counts until there. Nothing at all is a gap of a day.
   *
   * @param times in order
   */
  static Duration longestGap(List<Instant> times, Instant end) {
    if (times.isEmpty()) {
      return Duration.ofDays(1);
    }
    Duration longest = Duration.ZERO;
    Instant last = times.getFirst();
    for (Instant time : times) {
      longest = max(longest, Duration.between(last, time));
      last = time;
    }
    return max(longest, Duration.between(last, end));
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static Stream<Mark> faults(Trial trial) {
    return trial.marks().stream().filter(mark -> mark.kind() == Mark.Kind.FAULT);
  }

  private static @Nullable Long worst(Stream<Optional<Duration>> durations) {
    return durations
        .flatMap(Optional::stream)
        .max(Duration::compareTo)
        .map(Duration::toMillis)
        .orElse(null);
  }

  private static Optional<Duration> detect(Trial trial, Mark fault) {
    return first(trial, fault, Event.VACANT, _ -> true)
        .map(event -> Duration.between(fault.at(), event.at()));
  }

  private static Optional<Duration> promote(Trial trial, Mark mark) {
    return switch (mark.kind()) {
      case FAULT ->
          first(trial, mark, Event.VACANT, _ -> true)
              .flatMap(
                  vacant ->
                      first(trial, mark, Event.PRIMARY, one -> !one.at().isBefore(vacant.at()))
                          .map(primary -> Duration.between(vacant.at(), primary.at())));
      case ORDER ->
          first(trial, mark, Event.PRIMARY, _ -> true)
              .map(primary -> Duration.between(mark.at(), primary.at()));
      case MEND -> Optional.empty();
    };
  }

  /** By the node's own word, or, where nobody looked at it, by the controllers'. */
  private static Optional<Duration> rejoin(Trial trial, Mark fault) {
    List<Sample> own =
        trial.samples().stream()
            .filter(sample -> sample.node().equals(fault.node()))
            .filter(sample -> !sample.from().isBefore(fault.at()))
            .sorted(Comparator.comparing(Sample::from))
            .dropWhile(Measures::follows)
            .toList();
    Optional<Instant> back =
        own.isEmpty()
            ? first(
                    trial,
                    fault,
                    Event.JOINED,
                    event -> event.node().filter(fault.node()::equals).isPresent())
                .map(Event::at)
            : own.stream().filter(Measures::follows).map(Sample::to).findFirst();
    return back.map(at -> Duration.between(fault.at(), at));
  }

  /** Whether the node is connected to a source and acknowledges what it gets. */
  private static boolean follows(Sample sample) {
    return sample.sight().filter(sight -> sight.acknowledges().isPresent()).isPresent();
  }

  /** The first event of a kind after a mark and before the next fault or order. */
  private static Optional<Event> first(
      Trial trial, Mark mark, String kind, Predicate<Event> which) {
    Instant until =
        trial.marks().stream()
            .filter(next -> next.kind() != Mark.Kind.MEND && next.at().isAfter(mark.at()))
            .map(Mark::at)
            .findFirst()
            .orElse(Instant.MAX);
    return trial.events().stream()
        .filter(event -> event.is(kind))
        .filter(event -> !event.at().isBefore(mark.at()) && event.at().isBefore(until))
        .filter(which)
        .findFirst();
  }
}
