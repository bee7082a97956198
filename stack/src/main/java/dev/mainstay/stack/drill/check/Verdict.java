package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.load.Fate;
import dev.mainstay.stack.drill.load.Outcome;
import dev.mainstay.stack.drill.load.Pattern;
import dev.mainstay.stack.drill.load.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a drill's promise held.
 *
 * @param why what did not, a sentence each; empty if it held
 */
public record Verdict(Measures measures, Audit audit, List<String> why) {

  /** How far times may exceed a promise on a machine that has other work too. */
  public static final int LENIENCE = 5;

  /** From a fault's mark until what it strikes is certainly down. */
  private static final Duration STRIKING = Duration.ofMillis(500);

  public Verdict {
    why = List.copyOf(why);
  }

  public boolean held() {
    return why.isEmpty();
  }

  /** Of a drill that could not be run. */
  public static Verdict notRun(String why) {
    return new Verdict(
        new Measures(0, 0, 0, 0, 0, 0, 0, 0, null, null, null),
        new Audit(0, 0, List.of()),
        List.of(why));
  }

  /**
   * Judges.
   *
   * @param lenient whether a time breaks its promise only beyond {@link #LENIENCE} times of it, and
   *     so much less of a load will do; all else counts as ever
   */
  public static Verdict of(Trial trial, Promise promise, boolean lenient) {
    Measures measures = Measures.of(trial);
    Audit audit = Audit.of(trial.requests(), trial.copies());
    List<String> why = new ArrayList<>(trial.problems());
    int least = Pattern.LEAST_PER_SECOND / (lenient ? LENIENCE : 1);
    if (measures.perSecond() < least) {
      why.add(
          "the load came to %.0f requests a second only (expected: at least %d); is the machine busy?"
              .formatted(measures.perSecond(), least));
    }
    failed(trial, promise.failures())
        .ifPresent(
            first ->
                why.add(
                    "%d requests failed, of which %d were refused and %d are unknown; the first%s: %s"
                        .formatted(
                            measures.failed(),
                            measures.refused(),
                            measures.unknown(),
                            promise.failures() == Promise.Failures.IN_FLIGHT
                                ? " that was not in flight"
                                : "",
                            text(trial, first))));
    if (audit.lost() > 0) {
      why.add("%d acknowledged writes are lost".formatted(audit.lost()));
    }
    if (audit.doubled() > 0) {
      why.add("%d writes are there more than once".formatted(audit.doubled()));
    }
    why.addAll(audit.wrong());
    trial.reads().ifPresent(reads -> why.addAll(reads.broken(lenient)));
    trial.divisions().forEach(division -> why.addAll(division.violations(trial.requests())));
    promise.noneAcknowledged().ifPresent(time -> addIfAcknowledged(why, trial, time));
    // What a node wrote and nobody acknowledged before it was broken may remain there, and only
    // there.
    trial.quarantined().entrySet().stream()
        .filter(node -> !trial.broken(node.getKey()))
        .forEach(
            node ->
                why.add(
                    "%s is quarantined, though nothing was done to it: it %s"
                        .formatted(node.getKey(), node.getValue())));
    for (Acknowledgeable.Clash clash : Acknowledgeable.clashes(trial.samples())) {
      why.add(
          "%s and %s could both obtain acknowledgements from %s to %s"
              .formatted(clash.one(), clash.other(), clash.when().from(), clash.when().to()));
    }
    why.addAll(Epochs.violations(trial.samples(), trial.events()));
    why.addAll(OnRecord.violations(trial.samples()));
    boolean moved = Epochs.moved(trial.samples(), trial.events());
    switch (promise.office()) {
      case MOVES -> {
        if (!moved) {
          why.add("the primary's office did not move, so nothing was measured");
        }
      }
      case STAYS -> {
        if (moved) {
          why.add("the primary's office moved, without need");
        }
      }
      case MAY_MOVE -> {}
    }
    addIfLonger(
        why, "writes paused for", measures.writePauseMillis(), promise.writePause(), lenient);
    promise
        .readPause()
        .ifPresent(
            limit ->
                addIfLonger(why, "reads paused for", measures.readPauseMillis(), limit, lenient));
    promise
        .slowest()
        .ifPresent(
            limit -> addIfLonger(why, "an answer took", measures.slowestMillis(), limit, lenient));
    return new Verdict(measures, audit, why);
  }

  /** The first request that failed and should not have. */
  private static Optional<Request> failed(Trial trial, Promise.Failures allowed) {
    return trial.requests().stream()
        .filter(request -> request.fate() != Fate.ACKNOWLEDGED)
        .filter(
            request ->
                switch (allowed) {
                  case NONE -> true;
                  case IN_FLIGHT -> !wasInFlight(trial, request);
                  case OUTAGE -> false;
                })
        .findFirst();
  }

  /** Whether something was killed while the request was under way, and took the answer with it. */
  private static boolean wasInFlight(Trial trial, Request request) {
    return request.outcome() instanceof Outcome.NoAnswer
        && trial.marks().stream()
            .filter(mark -> mark.kind() == Mark.Kind.FAULT)
            .anyMatch(
                fault ->
                    request.sent().isBefore(fault.at().plus(STRIKING))
                        && request.done().isAfter(fault.at()));
  }

  private static String text(Trial trial, Request request) {
    return "a %s that ended %d ms after the measuring began and took %d ms: %s"
        .formatted(
            request.isWrite() ? "post" : "read",
            Duration.between(trial.begun(), request.done()).toMillis(),
            request.took().toMillis(),
            request.outcome().text());
  }

  /** Sent when all was broken, and acknowledged before anything was mended. */
  private static void addIfAcknowledged(List<String> why, Trial trial, Duration time) {
    List<Instant> faults =
        trial.marks().stream()
            .filter(mark -> mark.kind() == Mark.Kind.FAULT)
            .map(Mark::at)
            .toList();
    if (faults.isEmpty()) {
      return;
    }
    Instant from = faults.getLast().plus(STRIKING);
    Instant to = faults.getFirst().plus(time);
    long acknowledged =
        trial.requests().stream()
            .filter(request -> request.isWrite() && request.fate() == Fate.ACKNOWLEDGED)
            .filter(request -> request.sent().isAfter(from) && request.done().isBefore(to))
            .count();
    if (acknowledged > 0) {
      why.add(
          "%d writes were acknowledged while nobody was there to acknowledge them"
              .formatted(acknowledged));
    }
  }

  private static void addIfLonger(
      List<String> why, String what, long millis, Duration limit, boolean lenient) {
    long allowed = limit.toMillis() * (lenient ? LENIENCE : 1);
    if (millis > allowed) {
      why.add(
          "%s %,d ms (promised: %,d ms%s)"
              .formatted(
                  what,
                  millis,
                  limit.toMillis(),
                  lenient ? ", %d times that allowed".formatted(LENIENCE) : ""));
    }
  }
}
