package dev.mainstay.stack.cli;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Result;
import dev.mainstay.stack.drill.Setting;
import dev.mainstay.stack.drill.catalogue.Catalogue;
import dev.mainstay.stack.drill.check.Measures;
import dev.mainstay.stack.drill.load.Pattern;
import dev.mainstay.stack.drill.report.Figures;
import dev.mainstay.stack.drill.report.HtmlReport;
import dev.mainstay.stack.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Breaks one thing under load and says whether the promise held. */
@Command(
    mixinStandardHelpOptions = true,
    name = "drill",
    description = {
      "Puts a load on a stack of its own, breaks one thing, and measures what was promised of it.",
      "Exits with 0 only if every promise held."
    },
    footer = {
      "",
      "The load: 75 requests a second of 12 clients that never retry, 40 %% of them posts. Afterwards every node is read:",
      "every acknowledged post must be on each exactly once, and all must hold the same.",
      "failed counts every request without a 2xx within 20 s, refused and unknown ones among them."
    })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class DrillCommand implements Callable<Integer> {

  private static final int MOST_RUNS = 100;

  /** As shells say it of a command that a signal ended. */
  private static final int STOPPED = 130;

  @Spec CommandSpec spec;

  @Mixin HomeOption homeOption;

  @Parameters(
      arity = "1..*",
      paramLabel = "NAME",
      description = "Drills, in that order; `all`; or `list`, which says what there is.")
  List<String> names;

  @Option(
      names = "--db",
      paramLabel = "mysql|mariadb|both|auto",
      defaultValue = "auto",
      description = "Database engine of the drill's own stack (default: ${DEFAULT-VALUE}).")
  String db;

  @Option(
      names = "--here",
      description =
          "Uses the stack that is up; its board keeps the posts. Not for drills that need links, a hook or another number of nodes.")
  boolean here;

  @Option(
      names = "--docker",
      description =
          "Uses the stack that `up --docker` started. For drills that only kill or switch over.")
  boolean docker;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "1",
      description = "How often each drill is held (default: ${DEFAULT-VALUE}).")
  int runs;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Writes a page with a timeline of each drill.")
  @Nullable Path report;

  @Option(names = "--json", description = "One line of JSON a drill.")
  boolean json;

  @Option(
      names = "--logs",
      paramLabel = "FOLDER",
      description =
          "Writes every request with its fate there, and the logs of a drill's own stack when its promise did not hold.")
  @Nullable Path logs;

  @Option(
      names = "--lenient-times",
      description =
          "A time breaks its promise only beyond five times of it, for a machine that has other work too. All else fails as ever.")
  boolean lenient;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The load's seed (default: a new one, which is told).")
  @Nullable Long seed;

  @Option(
      names = "--before",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Load before the fault (default: ${DEFAULT-VALUE}).")
  int before;

  @Option(
      names = "--after",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description = "Load after it (default: ${DEFAULT-VALUE}).")
  int after;

  @Option(
      names = "--silence",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long a primary is paused or cut off (default: ${DEFAULT-VALUE}).")
  int silence;

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "50",
      description = "How often `switchover` changes the primary (default: ${DEFAULT-VALUE}).")
  int times;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "5000",
      description = "How many writes `lag` reads at once (default: ${DEFAULT-VALUE}).")
  int pairs;

  @Override
  public Integer call() {
    Catalogue catalogue = catalogue();
    List<Drill> drills = chosen(catalogue);
    if (names.contains("list")) {
      list(catalogue);
      return 0;
    }
    if (here && docker) {
      throw misused("--here and --docker are two stacks; choose one of them.");
    }
    if (runs < 1 || runs > MOST_RUNS) {
      throw misused("--runs is %d (expected: 1-%d)".formatted(runs, MOST_RUNS));
    }
    if (report != null && (Files.isDirectory(report) || !isWritable(report))) {
      throw new Problem("The report cannot be written to %s.".formatted(report));
    }
    if (docker) {
      refuse(drills, drill -> !drill.inContainers(), "%s cannot be held in containers.");
    }
    if (here) {
      refuse(
          drills,
          drill -> !drill.shape().isOrdinary(),
          "%s needs a stack of a shape of its own; hold it without --here.");
    }
    DrillSession session =
        new DrillSession(
            homeOption,
            docker
                ? DrillSession.Where.DOCKER
                : here ? DrillSession.Where.HERE : DrillSession.Where.OWN,
            DrillSession.engines(db, here || docker, this::misused),
            setting(),
            Optional.ofNullable(logs));
    List<Result> results = new ArrayList<>();
    Instant begun = Instant.now();
    try {
      session.hold(
          drills,
          runs,
          result -> {
            results.add(result);
            if (json) {
              System.out.println(Figures.json(result));
            }
          });
    } catch (InterruptedException toldToStop) {
      return STOPPED;
    } finally {
      if (!json && !results.isEmpty()) {
        table(results);
      }
      if (report != null && !results.isEmpty()) {
        write(report, HtmlReport.page(results, command(), begun));
      }
    }
    return results.stream().allMatch(Result::held) ? 0 : 1;
  }

  private void refuse(List<Drill> drills, Predicate<Drill> impossible, String why) {
    drills.stream()
        .filter(impossible)
        .findFirst()
        .ifPresent(
            drill -> {
              throw misused(why.formatted(drill.name()));
            });
  }

  private Catalogue catalogue() {
    try {
      return new Catalogue(Duration.ofSeconds(silence), times, pairs);
    } catch (IllegalArgumentException outOfRange) {
      throw misused(outOfRange.getMessage());
    }
  }

  private Setting setting() {
    try {
      return new Setting(
          seed == null ? ThreadLocalRandom.current().nextInt(1, 1_000_000) : seed,
          Duration.ofSeconds(before),
          Duration.ofSeconds(after),
          Duration.ofSeconds(90),
          Pattern.STANDARD,
          lenient);
    } catch (IllegalArgumentException outOfRange) {
      throw misused(outOfRange.getMessage());
    }
  }

  private ParameterException misused(@Nullable String why) {
    return new ParameterException(spec.commandLine(), String.valueOf(why));
  }

  /** Every name is looked at, beside {@code all} and {@code list} too. */
  private List<Drill> chosen(Catalogue catalogue) {
    List<Drill> named =
        names.stream()
            .filter(name -> !name.equals("all") && !name.equals("list"))
            .map(
                name ->
                    catalogue
                        .find(name)
                        .orElseThrow(
                            () ->
                                misused(
                                    "No drill is called %s. There are: %s, and all."
                                        .formatted(
                                            name,
                                            String.join(
                                                ", ",
                                                catalogue.all().stream()
                                                    .map(Drill::name)
                                                    .toList())))))
            .toList();
    return names.contains("all") ? catalogue.all() : named;
  }

  private void list(Catalogue catalogue) {
    Table table = new Table("DRILL", "BREAKS", "PROMISES");
    catalogue
        .all()
        .forEach(drill -> table.row(drill.name(), drill.story(), drill.promise().text()));
    table.lines(cell -> cell).forEach(System.out::println);
  }

  private static boolean isWritable(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder != null && Files.isWritable(folder);
  }

  private static void write(Path file, String page) {
    try {
      Files.writeString(file, page);
      System.err.println("report: " + file.toAbsolutePath());
    } catch (IOException e) {
      throw new Problem("The report cannot be written to %s (%s).".formatted(file, e.getMessage()));
    }
  }

  private String command() {
    return "./mainstay drill " + String.join(" ", arguments());
  }

  /** As given, after the command's name. */
  private List<String> arguments() {
    List<String> all = spec.root().commandLine().getParseResult().originalArgs();
    return all.subList(all.indexOf(spec.name()) + 1, all.size());
  }

  private static void table(List<Result> results) {
    Table table =
        new Table(
            "DRILL",
            "ENGINE",
            "PROMISE",
            "REQUESTS",
            "FAILED",
            "LOST",
            "DOUBLED",
            "WRITE PAUSE",
            "READ PAUSE",
            "DETECT",
            "PROMOTE",
            "REJOIN");
    for (Result result : results) {
      Measures measures = result.verdict().measures();
      table.row(
          result.drill().name(),
          result.engine(),
          result.held() ? "held" : "broken",
          measures.requests(),
          measures.failed(),
          result.verdict().audit().lost(),
          result.verdict().audit().doubled(),
          millis(measures.writePauseMillis()),
          millis(measures.readPauseMillis()),
          millis(measures.detectMillis()),
          millis(measures.promoteMillis()),
          millis(measures.rejoinMillis()));
    }
    table.lines(DrillCommand::colour).forEach(System.out::println);
    for (Result result : results) {
      result
          .verdict()
          .why()
          .forEach(
              why ->
                  System.out.println(Terminal.red("%s: %s".formatted(result.drill().name(), why))));
    }
  }

  private static String millis(@Nullable Long millis) {
    return millis == null ? "-" : millis + " ms";
  }

  private static String colour(String cell) {
    return switch (cell) {
      case "held" -> Terminal.green(cell);
      case "broken" -> Terminal.red(cell);
      default -> cell;
    };
  }
}
