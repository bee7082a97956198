package dev.mainstay.stack.cli;

import dev.mainstay.stack.containers.Containers;
import dev.mainstay.stack.launch.Progress;
import dev.mainstay.stack.launch.Secrets;
import dev.mainstay.stack.launch.Stack;
import dev.mainstay.stack.launch.Wiring;
import dev.mainstay.stack.model.Child;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.process.StateFile;
import dev.mainstay.stack.remote.Gateway;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Brings the stack up, here or in the background. */
@Command(
    mixinStandardHelpOptions = true,
    name = "up",
    description = {
      "Starts the whole stack as processes of this machine, and waits until a page is served.",
      "In the foreground, Ctrl-C stops it in order; a second Ctrl-C kills what is left."
    },
    footer = {
      "",
      "Ports follow --port: site 8080 (all gateways share it), dashboard 9090 (gw-2: 9091), web-apps 8101...,",
      "controllers 9301..., database nodes 3311... All are bound to 127.0.0.1."
    })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class Up implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Spec CommandSpec spec;

  @Mixin HomeOption homeOption;

  @Option(
      names = "--web",
      paramLabel = "N",
      defaultValue = "2",
      description = "Web-app instances (default: ${DEFAULT-VALUE}).")
  int web;

  @Option(
      names = "--gateways",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Gateways that share the site's port, each with a dashboard of its own (default: ${DEFAULT-VALUE}).")
  int gateways;

  @Option(
      names = "--replicas",
      paramLabel = "N",
      defaultValue = "2",
      description = "Replicas beside the primary (default: ${DEFAULT-VALUE}).")
  int replicas;

  @Option(
      names = "--controllers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Database controllers, of which one leads (default: ${DEFAULT-VALUE}).")
  int controllers;

  @Option(
      names = "--db",
      paramLabel = "mysql|mariadb|auto",
      defaultValue = "auto",
      description =
          "Database engine; auto: the data's own, else MySQL, else the embedded MariaDB (default: ${DEFAULT-VALUE}).")
  String db;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "The site's port; shifts all others with it (default: ${DEFAULT-VALUE}).")
  int port;

  @Option(
      names = "--notices",
      paramLabel = "N",
      defaultValue = "0",
      description = "Sample notices that a blank board is given (default: ${DEFAULT-VALUE}).")
  int notices;

  @Option(
      names = "--detach",
      description = "Returns when a page is served; the stack runs on in the background.")
  boolean detach;

  @Option(
      names = "--docker",
      description =
          "Runs docker-compose.yml instead, in the background. It decides all of the above but --web.")
  boolean docker;

  @Option(names = "--json", description = "Prints the outcome as `status --json` does.")
  boolean json;

  @Option(
      names = "--supervise",
      hidden = true,
      description = "This is the background process of --detach.")
  boolean supervise;

  private final ProcessTable table = ProcessTable.ofThisMachine();
  private final Instant begun = Instant.now();

  @Override
  public Integer call() {
    Options options = options();
    Home home = homeOption.home();
    Containers containers = new Containers(Project.folder(), home);
    if (docker) {
      refuseWhatTheFileDecides();
    }
    refuseTheOtherKind(home, containers);
    if (supervise) {
      return supervise(home, options);
    }
    boolean fresh = !home.isOurs();
    try {
      return docker ? inContainers(containers) : detach ? detach(home) : supervise(home, options);
    } finally {
      if (fresh && !containers.areUp()) {
        // A start that was refused leaves nothing behind.
        home.discard();
      }
    }
  }

  /** An option that docker-compose.yml decides may only say what stands there. */
  private void refuseWhatTheFileDecides() {
    refuse("--gateways", gateways != 2, "there are 2 gateways");
    refuse("--replicas", replicas != 2, "there are 2 replicas");
    refuse("--controllers", controllers != 2, "there are 2 controllers");
    refuse("--db", db.equals("mariadb"), "the nodes are MySQL");
    refuse("--notices", notices != 0, "a blank board stays blank");
    refuse(
        "--port",
        true,
        "MAINSTAY_SITE_1, MAINSTAY_ADMIN_1 and so on choose the ports (docs/deploy.md)");
  }

  private void refuse(String option, boolean cannot, String instead) {
    CommandLine.ParseResult given = spec.commandLine().getParseResult();
    if (cannot && given.hasMatchedOption(option)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is %s, but with --docker %s."
              .formatted(option, given.matchedOption(option).getValue(), instead));
    }
  }

  /** One home holds a stack of processes or one of containers, never both. */
  private void refuseTheOtherKind(Home home, Containers containers) {
    if (docker ? new StateFile(home).read().isPresent() : containers.areUp()) {
      throw new Problem(
          "%s holds a stack of %s already. `mainstay down` stops it; for one of %s beside it, choose another folder with --home."
              .formatted(
                  home.folder(),
                  docker ? "processes" : "containers",
                  docker ? "containers" : "processes"));
    }
  }

  private int inContainers(Containers containers) {
    boolean scaled = spec.commandLine().getParseResult().hasMatchedOption("--web");
    containers.up(scaled ? OptionalInt.of(web) : OptionalInt.empty());
    Report report = Report.of(containers);
    report.print(json);
    if (!json) {
      System.out.println();
      System.out.println("site       " + Terminal.bold(report.site()));
      System.out.println("dashboard  " + Terminal.bold(containers.link()));
    }
    return 0;
  }

  private int detach(Home home) {
    List<String> arguments = spec.commandLine().getParseResult().originalArgs();
    int failed = new Detached(home, table, arguments).run(this::sayElapsed);
    return failed == 0 ? show(home) : 1;
  }

  private Options options() {
    try {
      return new Options(web, gateways, replicas, controllers, database(), port, notices);
    } catch (IllegalArgumentException outOfRange) {
      throw new ParameterException(spec.commandLine(), outOfRange.getMessage(), outOfRange);
    }
  }

  private Options.Database database() {
    for (Options.Database database : Options.Database.values()) {
      if (database.name().toLowerCase(Locale.ROOT).equals(db)) {
        return database;
      }
    }
    throw new IllegalArgumentException(
        "--db is %s (expected: mysql, mariadb or auto)".formatted(db));
  }

  private int supervise(Home home, Options options) {
    Progress progress = supervise ? Up::sayWithTime : this::sayElapsed;
    Stack stack =
        new Stack(
            home,
            Project.folder(),
            options,
            Wiring.NONE,
            PATIENCE,
            progress,
            line -> journal(home, line),
            InstantSource.system());
    AtomicBoolean asked = new AtomicBoolean();
    Thread main = Thread.currentThread();
    Signals.onEach(
        () -> {
          if (asked.getAndSet(true)) {
            stack.hurry();
          } else {
            main.interrupt();
          }
        },
        "INT",
        "TERM",
        "HUP");
    try {
      boolean wasUp =
          stack.run(
              () -> {
                if (supervise) {
                  sayWithTime("up");
                } else {
                  show(home);
                  if (!json) {
                    System.err.println("Ctrl-C stops it.");
                  }
                }
              });
      return wasUp || supervise ? 0 : 130;
    } catch (Problem problem) {
      if (asked.get()) {
        return 130;
      }
      throw problem;
    }
  }

  /**
   * In the background the supervisor's output is its log; in the foreground it is the terminal, and
   * the log too.
   */
  private void journal(Home home, String line) {
    if (supervise) {
      sayWithTime(line);
      return;
    }
    sayElapsed(line);
    try {
      Files.writeString(
          home.log("supervisor"),
          timed(line) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String timed(String line) {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line;
  }

  private static void sayWithTime(String line) {
    System.err.println(timed(line));
  }

  private void sayElapsed(String line) {
    System.err.printf(
        "%6.1fs  %s%n", Duration.between(begun, Instant.now()).toMillis() / 1000.0, line);
  }

  /** The table of what runs where, and the two links. */
  private int show(Home home) {
    StackState state =
        new StateFile(home)
            .read()
            .orElseThrow(() -> new Problem("The stack ended as soon as it was up."));
    Report report = Report.of(state, table);
    if (json) {
      System.out.println(report.json());
      return 0;
    }
    PrintStream out = System.out;
    out.println();
    report.text().forEach(out::println);
    out.println();
    out.println("site       " + Terminal.bold(report.site()));
    out.println("dashboard  " + Terminal.bold(link(home, state)));
    out.flush();
    return 0;
  }

  /** With a code, unless the gateway that would give it out was stopped before it was adopted. */
  private static String link(Home home, StackState state) {
    Name first = new Name(Role.GATEWAY, 1);
    Gateway gateway = new Gateway(first, state.options());
    boolean runs = state.child(first).flatMap(Child::identity).isPresent();
    return (runs ? gateway.link(Secrets.adminToken(home)) : gateway.admin()).toString();
  }

  /** The log of the background supervisor. */
  static Path log(Home home) {
    return home.log("supervisor");
  }
}
