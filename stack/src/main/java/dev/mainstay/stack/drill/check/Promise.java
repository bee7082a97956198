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
 * @param newPrimary whether the office is to move; if it did not, nothing was measured
 */
public record Promise(Duration writePause, Optional<Duration> readPause, boolean newPrimary) {

  /** In words, as {@code drill list} shows it. */
  public String text() {
    List<String> parts = new ArrayList<>(List.of("nothing failed, lost or doubled"));
    parts.add("writes pause ≤ " + text(writePause));
    readPause.ifPresent(pause -> parts.add("reads pause ≤ " + text(pause)));
    return String.join("; ", parts);
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
