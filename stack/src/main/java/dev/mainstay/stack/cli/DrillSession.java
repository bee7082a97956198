package dev.mainstay.stack.cli;

import dev.mainstay.stack.containers.Containers;
import dev.mainstay.stack.drill.ContainerSubject;
import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Exercise;
import dev.mainstay.stack.drill.OwnStack;
import dev.mainstay.stack.drill.ProcessSubject;
import dev.mainstay.stack.drill.Result;
import dev.mainstay.stack.drill.Setting;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Subject;
import dev.mainstay.stack.drill.link.Links;
import dev.mainstay.stack.drill.report.RequestLog;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.process.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/**
 * Drills one after the other, each on a stack of the shape that it needs. A stack is used again as
 * long as drills leave it whole, for each start costs a minute.
 */
final class DrillSession {

  private final HomeOption homeOption;
  private final Where where;
  private final List<Options.Database> engines;
  private final Setting setting;
  private final Optional<Path> logs;
  private final Instant begun = Instant.now();

  /** For the signals, which come on a thread of their own. */
  private final AtomicReference<@Nullable OwnStack> own = new AtomicReference<>();

  /** On which stack drills are held. */
  enum Where {
    /** One that is started for them and gone afterwards. */
    OWN,
    /** The one of processes that is up. */
    HERE,
    /** The one of containers that is up. */
    DOCKER
  }

  DrillSession(
      HomeOption homeOption,
      Where where,
      List<Options.Database> engines,
      Setting setting,
      Optional<Path> logs) {
    this.homeOption = homeOption;
    this.where = where;
    this.engines = engines;
    this.setting = setting;
    this.logs = logs;
  }

  /**
   * What {@code --db} asks for.
   *
   * @param present whether the stack is there already
   */
  static List<Options.Database> engines(
      String db, boolean present, Function<String, ParameterException> misuse) {
    if (present && !db.equals("auto")) {
      throw misuse.apply(
          "--db is for a stack of the drill's own; --here and --docker take the one that is up.");
    }
    return switch (db) {
      case "mysql" -> List.of(Options.Database.MYSQL);
      case "mariadb" -> List.of(Options.Database.MARIADB);
      case "both" -> List.of(Options.Database.MYSQL, Options.Database.MARIADB);
      case "auto" -> List.of(Options.Database.AUTO);
      default ->
          throw misuse.apply("--db is %s (expected: mysql, mariadb, both or auto)".formatted(db));
    };
  }

  /** Holds all of them; tells each result as soon as it is there. */
  void hold(List<Drill> drills, int runs, Consumer<Result> told) throws InterruptedException {
    stopOnSignals();
    if (where != Where.OWN) {
      Subject subject = where == Where.HERE ? here() : inContainers();
      for (Drill drill : drills) {
        for (int run = 0; run < runs; run++) {
          Result result = new Exercise(subject, setting.ofRun(run), this::say).run(drill);
          told.accept(result);
          keepRequests(result);
        }
      }
      return;
    }
    try {
      for (Options.Database engine : engines) {
        for (Drill drill : drills) {
          for (int run = 0; run < runs; run++) {
            Result result =
                new Exercise(stack(engine, drill.shape()), setting.ofRun(run), this::say)
                    .run(drill);
            told.accept(result);
            keepRequests(result);
            if (!result.held()) {
              keepLogs(drill);
              // The next one is not to suffer from what this one left.
              close();
            }
          }
        }
        close();
      }
    } finally {
      close();
    }
  }

  private Subject stack(Options.Database engine, Shape shape) throws InterruptedException {
    OwnStack present = own.get();
    if (present == null || !present.shape().equals(shape)) {
      close();
      present = OwnStack.start(Project.folder(), engine, shape, this::say);
      own.set(present);
    }
    return present.subject();
  }

  private void close() {
    OwnStack present = own.get();
    if (present != null) {
      say("stopping the drill's stack");
      present.close();
      own.set(null);
    }
  }

  private void keepLogs(Drill drill) {
    OwnStack present = own.get();
    if (present != null && logs.isPresent()) {
      Path folder = logs.get().resolve(called(drill, present.subject().engine()));
      present.copyLogs(folder);
      say("its logs: " + folder);
    }
  }

  private void keepRequests(Result result) {
    if (logs.isPresent() && result.trial().isPresent()) {
      Path file = logs.get().resolve(called(result.drill(), result.engine()) + "-requests.tsv");
      try {
        Files.createDirectories(logs.get());
        Files.writeString(file, RequestLog.text(result.trial().get()));
      } catch (IOException e) {
        throw new Problem("%s cannot be written (%s).".formatted(file, e.getMessage()));
      }
      say("its requests: " + file);
    }
  }

  private static String called(Drill drill, String engine) {
    String when = DateTimeFormatter.ofPattern("HHmmss").format(LocalTime.now(ZoneOffset.UTC));
    return "%s-%s-%s".formatted(drill.name(), engine, when);
  }

  private Subject here() {
    Home home = homeOption.home();
    StackState state = Commands.stateOf(home);
    return new ProcessSubject(home, state.options(), state.engine(), new Links(), Optional.empty());
  }

  private Subject inContainers() {
    Containers containers = new Containers(Project.folder(), homeOption.home());
    if (!containers.areUp()) {
      throw new Problem("No stack is up in containers. `mainstay up --docker` starts one.");
    }
    return new ContainerSubject(containers);
  }

  /** The first one ends the drills in order, the next one hurries. */
  private void stopOnSignals() {
    Thread main = Thread.currentThread();
    AtomicReference<Boolean> asked = new AtomicReference<>(false);
    Signals.onEach(
        () -> {
          OwnStack present = own.get();
          if (asked.getAndSet(true) && present != null) {
            present.hurry();
          }
          main.interrupt();
        },
        "INT",
        "TERM",
        "HUP");
  }

  private void say(String line) {
    System.err.printf(
        Locale.ROOT,
        "%6.1fs  %s%n",
        Duration.between(begun, Instant.now()).toMillis() / 1000.0,
        line);
  }
}
