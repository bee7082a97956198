package dev.mainstay.stack.drill.check;

import java.util.ArrayList;
import java.util.List;

/**
 * What clients saw that wrote and read at once, while a replica was far behind.
 *
 * @param wanted how many pairs were to be done
 * @param pairs of a write and the first read by another instance
 * @param stale how many reads did not show what their client had written
 * @param backwards how many did not show what their client had seen before
 * @param eventualPairs the same of clients that keep no token, which sees to nothing
 * @param eventualStale how many of their reads were stale; none means that there was nothing to see
 * @param waitP99Millis 99 % of the reads that waited for a replica waited at most so long
 * @param fromReplicas the share of causal reads that replicas answered, once they had caught up
 */
public record ReadYourWrites(
    int wanted,
    int pairs,
    int stale,
    int backwards,
    int eventualPairs,
    int eventualStale,
    long waitP99Millis,
    double fromReplicas) {

  /** The longest wait that is promised, in milliseconds. */
  private static final long LONGEST_WAIT = 200;

  /** The least share that is promised to replicas. */
  private static final double LEAST_FROM_REPLICAS = 0.9;

  /** What was promised of it and did not hold, a sentence each. */
  List<String> broken(boolean lenient) {
    List<String> why = new ArrayList<>();
    if (pairs < wanted / (lenient ? Verdict.LENIENCE : 1)) {
      why.add("only %,d of %,d pairs were done in time".formatted(pairs, wanted));
    }
    if (stale > 0) {
      why.add("%d reads did not show what their client had just written".formatted(stale));
    }
    if (backwards > 0) {
      why.add("%d reads did not show what their client had seen before".formatted(backwards));
    }
    if (eventualStale == 0) {
      why.add("no read was stale without a token, so that nothing was measured");
    }
    if (waitP99Millis > LONGEST_WAIT * (lenient ? Verdict.LENIENCE : 1)) {
      why.add(
          "1 %% of the waits for a replica took more than %d ms (promised: %d ms)"
              .formatted(waitP99Millis, LONGEST_WAIT));
    }
    // Who is not there within the wait is answered by the primary, so this is a matter of time,
    // too.
    if (fromReplicas < LEAST_FROM_REPLICAS / (lenient ? Verdict.LENIENCE : 1)) {
      why.add(
          "replicas that had caught up answered %.1f %% of the causal reads (promised: %.0f %%)"
              .formatted(100 * fromReplicas, 100 * LEAST_FROM_REPLICAS));
    }
    return why;
  }

  /** In words. */
  public String text() {
    return "%d pairs, %d stale, %d backwards; %d pairs without a token, %d stale; waits up to %d ms; %.1f %% of the causal reads from replicas"
        .formatted(
            pairs,
            stale,
            backwards,
            eventualPairs,
            eventualStale,
            waitP99Millis,
            100 * fromReplicas);
  }
}
