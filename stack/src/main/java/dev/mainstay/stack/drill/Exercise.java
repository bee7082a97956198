package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.check.Audit;
import dev.mainstay.stack.drill.check.Coverage;
import dev.mainstay.stack.drill.check.Mark;
import dev.mainstay.stack.drill.check.Trial;
import dev.mainstay.stack.drill.check.Verdict;
import dev.mainstay.stack.drill.load.Load;
import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Copy;
import dev.mainstay.stack.launch.Progress;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Runs one drill on a stack: load on, break, load off, wait until it is whole, read every node. */
public final class Exercise {

  private static final Duration GLANCE = Duration.ofMillis(300);
  private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(60);
  private static final Duration LONGEST_CATCH_UP = Duration.ofSeconds(20);

  private final Subject subject;
  private final Setting setting;
  private final Progress progress;
  private final SteadyClock clock = new SteadyClock();

  public Exercise(Subject subject, Setting setting, Progress progress) {
    this.subject = subject;
    this.setting = setting;
    this.progress = progress;
  }

  /** Runs it. The stack is left as whole as it gets. */
  public Result run(Drill drill) throws InterruptedException {
    Stage stage = new Stage(subject, clock, progress, setting.seed());
    Optional<String> missing = stage.awaitWhole(setting.patience());
    if (missing.isPresent()) {
      return Result.notRun(
          drill,
          subject.engine(),
          setting.seed(),
          "the stack was not whole before the drill: " + missing.get());
    }
    Trial trial = trial(drill, stage);
    Verdict verdict = Verdict.of(trial, drill.promise(), setting.lenient());
    progress.say(
        "%s %s%s"
            .formatted(
                drill.name(),
                verdict.held() ? "held" : "did not hold: ",
                String.join("; ", verdict.why())));
    return new Result(drill, subject.engine(), setting.seed(), Optional.of(trial), verdict);
  }

  private Trial trial(Drill drill, Stage stage) throws InterruptedException {
    // Letters and digits only: it stands in titles that are searched for.
    String run = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40, 1L << 41), 36);
    List<String> problems = new ArrayList<>();
    try (Subject.Watch watch = subject.watch(clock);
        Load load =
            Load.start(
                subject.gateway(),
                drill.clientsReconnect() ? setting.pattern().reconnecting() : setting.pattern(),
                setting.seed(),
                run,
                clock)) {
      progress.say(
          "%s on %s: the load is on (seed %d)"
              .formatted(drill.name(), subject.engine(), setting.seed()));
      stage.enter(load);
      stage.warmUp(load, LONGEST_WARM_UP);
      Instant begun = clock.instant();
      stage.await(setting.before());
      try {
        drill.perform(stage);
        stage.await(setting.after());
      } catch (Problem problem) {
        problems.add(problem.getMessage());
      }
      Instant ended = clock.instant();
      List<Request> requests = load.stop();
      mend(stage, problems);
      stage
          .awaitWhole(setting.patience())
          .ifPresent(
              missing ->
                  problems.add(
                      "%d s after the load the stack is not whole: %s"
                          .formatted(setting.patience().toSeconds(), missing)));
      Map<String, String> quarantined = subject.quarantined();
      quarantined.forEach(
          (node, why) -> progress.say("%s is left out: it %s".formatted(node, why)));
      List<Copy> copies = copies(run, quarantined.keySet(), problems);
      Subject.Seen seen = watch.stop();
      problems.addAll(
          Coverage.gaps(
              subject.nodes().stream().map(Name::toString).toList(),
              seen.samples(),
              begun,
              stage.marks().stream().map(Mark::at).findFirst().orElse(ended)));
      return new Trial(
          begun,
          ended,
          requests,
          stage.marks(),
          seen.events(),
          seen.samples(),
          copies,
          quarantined,
          stage.divisions(),
          stage.reads(),
          problems);
    } finally {
      mend(stage, problems);
    }
  }

  private static void mend(Stage stage, List<String> problems) {
    try {
      stage.mend();
    } catch (Problem problem) {
      problems.add(problem.getMessage());
    }
  }

  /** Of every node but some, once all hold the same; what there is, if they never do. */
  private List<Copy> copies(String run, Set<String> leftOut, List<String> problems)
      throws InterruptedException {
    Instant deadline = clock.instant().plus(LONGEST_CATCH_UP);
    while (true) {
      Subject.Copies copies = subject.copies(run);
      List<Copy> members =
          copies.copies().stream().filter(copy -> !leftOut.contains(copy.node())).toList();
      boolean whole = copies.unreadable().isEmpty() && Audit.agree(members);
      if (whole || clock.instant().isAfter(deadline)) {
        problems.addAll(copies.unreadable());
        return members;
      }
      Thread.sleep(GLANCE);
    }
  }
}
