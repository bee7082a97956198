package dev.mainstay.stack.cli;

import dev.mainstay.stack.containers.Containers;
import dev.mainstay.stack.launch.Secrets;
import dev.mainstay.stack.model.Child;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.RestartSchedule;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.process.Signal;
import dev.mainstay.stack.process.StateFile;
import dev.mainstay.stack.remote.Comeback;
import dev.mainstay.stack.remote.Controllers;
import dev.mainstay.stack.remote.Steering;
import dev.mainstay.stack.supervise.ControlSocket;
import dev.mainstay.stack.supervise.Order;
import dev.mainstay.stack.supervise.Starter;
import dev.mainstay.stack.supervise.Supervisor;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code mainstay} and all its subcommands but {@code up}. */
@Command(
    name = "mainstay",
    description = "The classic distributed web infrastructure, made real, on this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      Up.class,
      LogsCommand.class,
      SwitchoverCommand.class,
      RebuildCommand.class,
      DrillCommand.class,
      BenchCommand.class,
      KubernetesCommand.class
    },
    versionProvider = Commands.Version.class)
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
public final class Commands {

  private static final String SERVER = "A web-app instance, such as web-1.";
  private static final String PROCESS = "A process, such as web-1, db-1, gw-1 or rt-1.";

  private static final List<String> MODES = List.of("active-active", "active-passive");

  private static final Duration LONGEST_COMEBACK = Duration.ofSeconds(60);

  @Spec CommandSpec spec;

  private final ProcessTable table = ProcessTable.ofThisMachine();

  /** Runs one command and returns its exit code. */
  public static int run(String... arguments) {
    CommandLine line =
        new CommandLine(new Commands())
            .setColorScheme(
                CommandLine.Help.defaultColorScheme(
                    Terminal.hasColours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
            .setParameterExceptionHandler(Commands::misused)
            .setExecutionExceptionHandler(Commands::failed)
            .setUsageHelpAutoWidth(false)
            .setUsageHelpWidth(110);
    // So that -1 is read as a weight, and refused as one, rather than as an unknown option.
    subcommand(line, "weight").setUnmatchedOptionsArePositionalParams(true);
    if (arguments.length == 0) {
      line.usage(System.err);
      return 2;
    }
    return Misuse.unknownCommand(line, arguments)
        .map(unknown -> misused(unknown, arguments))
        .orElseGet(() -> line.execute(arguments));
  }

  private static CommandLine subcommand(CommandLine line, String name) {
    return Objects.requireNonNull(line.getSubcommands().get(name), name);
  }

  private static int misused(ParameterException misuse, String[] arguments) {
    CommandLine command = misuse.getCommandLine();
    System.err.println("mainstay: " + Misuse.sentence(misuse));
    System.err.println(
        "`%s --help` tells more.".formatted(command.getCommandSpec().qualifiedName()));
    return 2;
  }

  private static int failed(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    if (failure instanceof Problem problem) {
      System.err.println("mainstay: " + problem.getMessage());
      return 1;
    }
    System.err.println("mainstay: this should not have happened: " + failure);
    if (System.getenv("MAINSTAY_DEBUG") != null) {
      failure.printStackTrace();
    } else {
      System.err.println("With MAINSTAY_DEBUG=1 the same command tells where.");
    }
    return 1;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Shows every process, the pools and the topology.")
  int status(
      @Mixin HomeOption homeOption,
      @Option(names = "--json", description = "As JSON.") boolean json) {
    Containers containers = containers(homeOption.home());
    if (containers.areUp()) {
      Report.of(containers).print(json);
      return 0;
    }
    StackState state = stateOf(homeOption.home());
    Report report = Report.of(state, table);
    if (json) {
      System.out.println(report.json());
      return 0;
    }
    System.out.println("site       " + report.site());
    System.out.println("dashboard  " + report.admin());
    if (!report.supervised()) {
      System.out.println(
          Terminal.yellow(
              "The supervisor is dead: nothing is restarted. `mainstay up` brings a new one, which adopts the rest."));
    } else {
      switch (state.stage()) {
        case STARTING -> System.out.println(Terminal.yellow("The stack is still coming up."));
        case CLOSING -> System.out.println(Terminal.yellow("The stack is being stopped."));
        case UP -> {}
      }
    }
    System.out.println();
    report.text().forEach(System.out::println);
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Stops all that `up` started, and only that.")
  int down(
      @Mixin HomeOption homeOption,
      @Option(names = "--wipe", description = "Drops the data too.") boolean wipe) {
    Home home = homeOption.home();
    Containers containers = containers(home);
    if (containers.areUp() || (wipe && containers.haveData())) {
      containers.down(wipe);
      if (wipe) {
        // Unless a stack of processes has data here, too.
        home.discard();
      }
      return 0;
    }
    StateFile file = new StateFile(home);
    Optional<StackState> supervised =
        file.read().filter(state -> table.isAlive(state.supervisor()));
    supervised.ifPresent(this::stopSupervisor);
    // From here on no supervisor is at work in the home, and none can begin.
    if (home.isOurs() && Files.isDirectory(home.run()) && !home.lock()) {
      throw home.busy();
    }
    Optional<StackState> left = file.read();
    if (supervised.isEmpty() && left.isEmpty() && !(wipe && home.isOurs())) {
      throw nothingUp(home);
    }
    left.ifPresent(state -> stopInPlaceOfSupervisor(home, state));
    if (supervised.isPresent() || left.isPresent()) {
      ControlSocket.clear(home);
      System.out.println("down");
    }
    if (wipe) {
      home.wipe();
      System.out.println("wiped " + home.folder());
    }
    return 0;
  }

  /** It was killed, perhaps in the middle of stopping: what it left is stopped from here. */
  private void stopInPlaceOfSupervisor(Home home, StackState state) {
    AtomicBoolean hurry = new AtomicBoolean();
    Signals.onEach(() -> hurry.set(true), "INT", "TERM");
    inPlaceOfSupervisor(home, state).stopAll(hurry::get);
  }

  /** It stops everything in order when it is told to end; a second signal makes it hurry. */
  private void stopSupervisor(StackState state) {
    Signals.onEach(() -> Signal.TERM.send(state.supervisor(), table), "INT", "TERM");
    Signal.TERM.send(state.supervisor(), table);
    Signal.CONT.send(state.supervisor(), table);
    int left = -1;
    while (table.isAlive(state.supervisor())) {
      List<Name> alive =
          state.children().stream()
              .filter(child -> child.identity().filter(table::isAlive).isPresent())
              .map(Child::name)
              .toList();
      if (alive.size() != left) {
        left = alive.size();
        System.err.println(
            left == 0
                ? "all stopped"
                : "stopping; still there: "
                    + String.join(", ", alive.stream().map(Name::toString).toList()));
      }
      pause(Duration.ofMillis(100));
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Acts on the processes of a stack whose supervisor was killed; starts nothing. */
  private Supervisor inPlaceOfSupervisor(Home home, StackState state) {
    return new Supervisor(
        state,
        Starter.NOBODY,
        table,
        new StateFile(home),
        new Controllers(state.options(), Secrets.adminToken(home)),
        System.err::println,
        InstantSource.system(),
        RestartSchedule.STANDARD);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Kills a process (SIGKILL). It is started again after a second, or after --for.")
  int kill(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "NAME", description = PROCESS) String name,
      @Option(
              names = "--for",
              paramLabel = "TIME",
              description = "Stays down that long: 10s, 500ms, 2m.")
          @Nullable String time)
      throws InterruptedException {
    Long millis = time == null ? null : duration(time).toMillis();
    Containers containers = containers(homeOption.home());
    if (containers.areUp()) {
      Name known =
          Name.parse(name)
              .orElseThrow(
                  () -> new Problem("%s is no name (expected: %s)".formatted(name, PROCESS)));
      containers.kill(known, millis == null ? Duration.ofSeconds(1) : Duration.ofMillis(millis));
      System.out.println("%s was killed and is started again".formatted(known));
      return 0;
    }
    return obey(homeOption.home(), new Order(Order.Verb.KILL, name, millis));
  }

  private Duration duration(String text) {
    var form = Pattern.compile("(\\d{1,7})(ms|s|m)").matcher(text);
    if (!form.matches()) {
      throw new ParameterException(
          subcommand(spec.commandLine(), "kill"),
          "--for is %s (expected: a time such as 10s, 500ms or 2m)".formatted(text));
    }
    long number = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      default -> Duration.ofMinutes(number);
    };
  }

  @Command(mixinStandardHelpOptions = true, description = "Freezes a process (SIGSTOP).")
  int pause(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "NAME", description = PROCESS) String name) {
    return obey(homeOption.home(), new Order(Order.Verb.PAUSE, name, null));
  }

  @Command(mixinStandardHelpOptions = true, description = "Lets a frozen process go on (SIGCONT).")
  int resume(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "NAME", description = PROCESS) String name) {
    return obey(homeOption.home(), new Order(Order.Verb.RESUME, name, null));
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Stops a process in order; it stays down until `start`. Of the primary: a switchover first.")
  int stop(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "NAME", description = PROCESS) String name) {
    return obey(homeOption.home(), new Order(Order.Verb.STOP, name, null));
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Starts a process that is down, and returns when it serves.")
  int start(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "NAME", description = PROCESS) String name) {
    return obey(homeOption.home(), new Order(Order.Verb.START, name, null));
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Stops a process in order, starts it again, and returns when it serves.")
  int restart(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "NAME", description = PROCESS) String name) {
    return obey(homeOption.home(), new Order(Order.Verb.RESTART, name, null));
  }

  private int obey(Home home, Order order) {
    StackState state = stateOf(home);
    Order.Outcome outcome =
        ControlSocket.send(home, order).orElseGet(() -> obeyWithoutSupervisor(home, state, order));
    if (!outcome.done()) {
      throw new Problem(outcome.message());
    }
    switch (order.verb()) {
      case START, RESTART -> awaitComeback(state, order.name(), outcome.message());
      case KILL, PAUSE, RESUME, STOP -> {}
    }
    System.out.println(outcome.message());
    return 0;
  }

  /** What was started is of use once it does its work; a script may go on then. */
  private static void awaitComeback(StackState state, String started, String told) {
    Name name = Name.parse(started).orElseThrow();
    Comeback comeback = new Comeback(state.options(), new Controllers(state.options()));
    Instant deadline = Instant.now().plus(LONGEST_COMEBACK);
    Optional<String> missing = comeback.missing(name);
    while (missing.isPresent()) {
      if (Instant.now().isAfter(deadline)) {
        throw new Problem(
            "%s, but after %d s %s; `mainstay logs %s` tells more."
                .formatted(told, LONGEST_COMEBACK.toSeconds(), missing.get(), name));
      }
      pause(Duration.ofMillis(100));
      missing = comeback.missing(name);
    }
  }

  private Order.Outcome obeyWithoutSupervisor(Home home, StackState state, Order order) {
    if (table.isAlive(state.supervisor())) {
      throw new Problem(
          "The supervisor (pid %d) takes no orders; its log is %s."
              .formatted(state.supervisor().pid(), Up.log(home)));
    }
    boolean needsStart =
        switch (order.verb()) {
          case START, RESTART -> true;
          case KILL -> order.forMillis() != null;
          case PAUSE, RESUME, STOP -> false;
        };
    if (needsStart) {
      throw new Problem(
          "The supervisor is dead, so nothing can be started. `mainstay up` brings a new one first.");
    }
    return inPlaceOfSupervisor(home, state).obey(order);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Prints a fresh link to the dashboard, good once and for five minutes.")
  int link(@Mixin HomeOption homeOption) {
    Home home = homeOption.home();
    Containers containers = containers(home);
    if (containers.areUp()) {
      System.out.println(containers.link());
      return 0;
    }
    StackState state = stateOf(home);
    System.out.println(
        Steering.gateways(state.options()).getFirst().link(Secrets.adminToken(home)));
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Sets a server's weight, on every gateway, at once.")
  int weight(
      @Mixin HomeOption homeOption,
      @Parameters(index = "0", paramLabel = "SERVER", description = SERVER) String server,
      @Parameters(index = "1", paramLabel = "N", description = "0 (no traffic) to 256.")
          String weight) {
    int number;
    try {
      number = Integer.parseInt(weight);
    } catch (NumberFormatException notANumber) {
      number = -1;
    }
    if (number < 0 || number > 256) {
      throw new ParameterException(
          subcommand(spec.commandLine(), "weight"),
          "The weight is %s (expected: a whole number, 0-256).".formatted(weight));
    }
    return change(homeOption.home(), server, Map.of("weight", number), "weight " + number);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Gives a server no new requests; those in flight finish.")
  int drain(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "SERVER", description = SERVER) String server) {
    return change(homeOption.home(), server, Map.of("state", "DRAIN"), "DRAIN");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Takes a server out for maintenance: no traffic, no health checks.")
  int maint(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "SERVER", description = SERVER) String server) {
    return change(homeOption.home(), server, Map.of("state", "MAINT"), "MAINT");
  }

  @Command(mixinStandardHelpOptions = true, description = "Puts a server back into rotation.")
  int ready(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "SERVER", description = SERVER) String server) {
    return change(homeOption.home(), server, Map.of("state", "READY"), "READY");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Has all servers share the requests, or the first that can take them all.")
  int mode(
      @Mixin HomeOption homeOption,
      @Parameters(paramLabel = "active-active|active-passive", description = "The mode.")
          String mode) {
    if (!MODES.contains(mode)) {
      throw new ParameterException(
          subcommand(spec.commandLine(), "mode"),
          "The mode is %s (expected: %s).".formatted(mode, String.join(" or ", MODES)));
    }
    Home home = homeOption.home();
    StackState state = stateOf(home);
    steering(home, state)
        .mode(mode)
        .forEach(gateway -> System.out.println("%s: %s".formatted(gateway, mode)));
    return 0;
  }

  private static int change(Home home, String server, Map<String, Object> change, String told) {
    steering(home, stateOf(home))
        .change(server, change)
        .forEach(gateway -> System.out.println("%s: %s is at %s".formatted(gateway, server, told)));
    return 0;
  }

  private static Steering steering(Home home, StackState state) {
    return new Steering(Steering.gateways(state.options()), Secrets.adminToken(home));
  }

  private static Containers containers(Home home) {
    return new Containers(Project.folder(), home);
  }

  /** The stack of processes that is up in a home, or a problem that says what to do. */
  static StackState stateOf(Home home) {
    if (containers(home).areUp()) {
      throw new Problem(
          "The stack of %s runs in containers, on which status, link, kill and down act. For the rest there are the dashboard and `docker compose`."
              .formatted(home.folder()));
    }
    return new StateFile(home).read().orElseThrow(() -> nothingUp(home));
  }

  /**
   * @throws Problem naming the nodes that there are, if this is none of them
   */
  static void requireNode(StackState state, String node) {
    List<Name> nodes =
        state.options().names().stream().filter(name -> name.role() == Role.NODE).toList();
    if (Name.parse(node).filter(nodes::contains).isEmpty()) {
      throw new Problem(
          "No node is called %s. There are: %s."
              .formatted(node, String.join(", ", nodes.stream().map(Name::toString).toList())));
    }
  }

  private static Problem nothingUp(Home home) {
    return new Problem(
        "Nothing is up in %s. `mainstay up` starts a stack.".formatted(home.folder()));
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = Commands.class.getPackage().getImplementationVersion();
      return new String[] {
        "mainstay " + (version == null ? "(unpackaged)" : version) + ", Java " + Runtime.version()
      };
    }
  }
}
