package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.check.Trial;
import dev.mainstay.stack.drill.check.Verdict;
import java.util.Optional;

/**
 * What one run of a drill came to.
 *
 * @param engine {@code mysql} or {@code mariadb}
 * @param trial nothing if the drill could not be run
 */
public record Result(
    Drill drill, String engine, long seed, Optional<Trial> trial, Verdict verdict) {

  /** A drill that could not be run: that is a failure, too. */
  static Result notRun(Drill drill, String engine, long seed, String why) {
    return new Result(drill, engine, seed, Optional.empty(), Verdict.notRun(why));
  }

  public boolean held() {
    return verdict.held();
  }
}
