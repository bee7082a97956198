package dev.mainstay.stack.drill.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What must hold in a drill, beside what always must: nothing failed, lost or doubled, no two nodes
 * that can obtain acknowledgements, epochs that only grow, and the stack whole again afterwards.
 *
 * @param writePause the longest gap between two acknowledged writes
 * @param readPause the longest gap between two answered reads
 * @param office what is to become of the primary's office
 * @param noneAcknowledged for so long after the first fault no write that was sent after the last
 *     one may be acknowledged, because nobody is there whose copy would make it safe
 * @param failures which requests may fail; nothing may be lost or doubled all the same
 * @param ownWritesSeen whether clients are to see what they wrote, and this is looked at
 * @param slowest how long any answer may take
 */
public record Promise(
    Duration writePause,
    Optional<Duration> readPause,
    Office office,
    Optional<Duration> noneAcknowledged,
    Failures failures,
    boolean ownWritesSeen,
    Optional<Duration> slowest) {

  /** Which requests may fail. */
  public enum Failures {
    NONE,
    /** Those that what was killed had taken and not answered. */
    IN_FLIGHT,
    /** Any, because more was broken than the site can stand. */
    OUTAGE
  }

  /** What is to become of the primary's office. */
  public enum Office {
    /** Another primary has it afterwards; if not, nothing was measured. */
    MOVES,
    /** Nobody has reason to take it. */
    STAYS,
    MAY_MOVE
  }

  public Promise(Duration writePause, Optional<Duration> readPause, Office office) {
    this(writePause, readPause, office, Optional.empty(), Failures.NONE, false, Optional.empty());
  }

  /** As well. */
  public Promise noneAcknowledgedFor(Duration time) {
    return new Promise(
        writePause, readPause, office, Optional.of(time), failures, ownWritesSeen, slowest);
  }

  /** But that these requests may fail. */
  public Promise exceptFor(Failures allowed) {
    return new Promise(
        writePause, readPause, office, noneAcknowledged, allowed, ownWritesSeen, slowest);
  }

  /** As well. */
  public Promise withOwnWritesSeen() {
    return new Promise(writePause, readPause, office, noneAcknowledged, failures, true, slowest);
  }

  /** As well. */
  public Promise answeredWithin(Duration time) {
    return new Promise(
        writePause,
        readPause,
        office,
        noneAcknowledged,
        failures,
        ownWritesSeen,
        Optional.of(time));
  }

  /** In words, as {@code drill list} shows it. */
  public String text() {
    List<String> parts = new ArrayList<>();
    parts.add(
        switch (failures) {
          case NONE -> "nothing failed, lost or doubled";
          case IN_FLIGHT -> "nothing failed but what was in flight there, nothing lost or doubled";
          case OUTAGE -> "nothing lost or doubled";
        });
    noneAcknowledged.ifPresent(time -> parts.add("no write acknowledged for " + text(time)));
    if (office == Office.STAYS) {
      parts.add("the primary stays");
    }
    if (ownWritesSeen) {
      parts.add("nobody misses what he wrote or saw");
    }
    parts.add("writes pause ≤ " + text(writePause));
    readPause.ifPresent(pause -> parts.add("reads pause ≤ " + text(pause)));
    slowest.ifPresent(time -> parts.add("each answer ≤ " + text(time)));
    return String.join("; ", parts);
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
