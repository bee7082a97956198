package dev.mainstay.stack.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.stack.model.Child;
import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Phase;
import dev.mainstay.stack.model.RestartSchedule;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.model.StackState.Stage;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Launcher;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.process.ProcessTable.Activity;
import dev.mainstay.stack.process.Signal;
import dev.mainstay.stack.process.StateFile;
import dev.mainstay.stack.supervise.Order.Verb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The supervisor with real processes: a shell that writes its name and sleeps. */
class SupervisorTest {

  private static final Options OPTIONS = new Options(2, 1, 1, 1, Options.Database.AUTO, 8080, 0);
  private static final RestartSchedule SHORT =
      new RestartSchedule(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofMinutes(1));

  @TempDir Path folder;

  private final ProcessTable table = ProcessTable.ofThisMachine();
  private final List<String> journal = new CopyOnWriteArrayList<>();
  private final List<Identity> begun = new CopyOnWriteArrayList<>();
  private Home home = new Home(Path.of("unset"));
  private Optional<Name> primary = Optional.empty();
  private Set<Name> sound = Set.copyOf(OPTIONS.names());
  private final Map<Name, RuntimeException> unstartable = new HashMap<>();

  @BeforeEach
  void makeHome() {
    home = new Home(folder);
    home.create();
  }

  @AfterEach
  void leaveNothingBehind() {
    begun.forEach(identity -> Signal.KILL.send(identity, table));
  }

  /** Says on its log how it was ended, so that the order of a stop can be seen. */
  private Identity start(Name name) throws IOException {
    if (unstartable.containsKey(name)) {
      throw unstartable.get(name);
    }
    String script =
        "trap 'echo %s >> %s; exit 0' TERM; echo up-$$; while :; do sleep 0.05; done"
            .formatted(name, ends());
    Identity identity =
        new Launcher(table)
            .start(List.of("sh", "-c", script), Map.of(), folder, home.log(name.toString()));
    begun.add(identity);
    // Told to end before its trap is set, it would end without a word.
    await()
        .until(() -> Files.readString(home.log(name.toString())).contains("up-" + identity.pid()));
    return identity;
  }

  private Path ends() {
    return folder.resolve("ends");
  }

  private Supervisor supervisor(List<Child> children) {
    return new Supervisor(
        new StackState(table.self(), Stage.STARTING, OPTIONS, "mysql", children),
        this::start,
        table,
        new StateFile(home),
        new OfficeGuard() {
          @Override
          public Optional<String> handOver(Name name) {
            return primary.filter(name::equals).map(is -> is + " is the primary");
          }

          @Override
          public Optional<Name> primary() {
            return primary;
          }

          @Override
          public Set<Name> sound() {
            return sound;
          }
        },
        journal::add,
        Instant::now,
        SHORT);
  }

  private static List<Child> fresh() {
    return OPTIONS.names().stream().map(name -> Child.fresh(name, OPTIONS.portOf(name))).toList();
  }

  private static Name name(String text) {
    return Name.parse(text).orElseThrow();
  }

  private static Identity identity(Supervisor supervisor, String name) {
    return supervisor.state().child(name(name)).flatMap(Child::identity).orElseThrow();
  }

  @Test
  void startsEveryProcessInASessionOfItsOwn() throws IOException {
    Supervisor supervisor = supervisor(fresh());

    supervisor.tick();

    assertThat(supervisor.state().children())
        .allMatch(child -> child.phase() instanceof Phase.Running);
    String stat =
        Files.readString(Path.of("/proc/%d/stat".formatted(identity(supervisor, "web-1").pid())));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    assertThat(Long.parseLong(fields[3]))
        .as("its session")
        .isEqualTo(identity(supervisor, "web-1").pid());
  }

  @Test
  void startsAgainWhatDied() {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    Identity before = identity(supervisor, "web-1");

    Signal.KILL.send(before, table);

    await()
        .until(
            () -> {
              supervisor.tick();
              return supervisor
                  .state()
                  .child(name("web-1"))
                  .flatMap(Child::identity)
                  .filter(now -> !now.equals(before))
                  .isPresent();
            });
    assertThat(journal)
        .anyMatch(
            line -> line.matches("web-1 \\(pid \\d+\\) died after .* s; starts again in 0.1 s"));
  }

  @Test
  void whatCannotBeStartedHoldsUpNothingElseAndIsTriedAgain() {
    unstartable.put(name("db-1"), new UncheckedIOException(new IOException("No space left")));
    Supervisor supervisor = supervisor(fresh());

    supervisor.tick();

    assertThat(supervisor.state().children())
        .filteredOn(child -> child.identity().isEmpty())
        .singleElement()
        .satisfies(
            child -> {
              assertThat(child.name()).isEqualTo(name("db-1"));
              assertThat(child.deaths()).isEqualTo(1);
            });
    assertThat(journal)
        .filteredOn(line -> line.startsWith("db-1"))
        .singleElement()
        .asString()
        .startsWith("db-1 could not be started: ")
        .endsWith("No space left");

    unstartable.clear();
    Order.Outcome outcome = supervisor.obey(new Order(Verb.START, "db-1", null));
    assertThat(outcome.done()).isTrue();
  }

  @Test
  void orderToStartWhatCannotBeStartedIsAnswered() {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    supervisor.obey(new Order(Verb.STOP, "web-1", null));
    unstartable.put(name("web-1"), new IllegalStateException("odd"));

    Order.Outcome outcome = supervisor.obey(new Order(Verb.START, "web-1", null));

    assertThat(outcome.done()).isFalse();
    assertThat(outcome.message()).startsWith("web-1 could not be started");
  }

  @Test
  void nextSupervisorFindsTheProcessesInTheStateFile() {
    Supervisor first = supervisor(fresh());
    first.tick();

    Supervisor second = supervisor(adopted());
    second.tick();

    assertThat(second.state().children()).isEqualTo(first.state().children());
  }

  private List<Child> adopted() {
    return new StateFile(home).read().orElseThrow().adopted(table::isAlive, Instant.now());
  }

  @Test
  void whatWasStoppedIsNotStartedByTheNextSupervisor() {
    Supervisor first = supervisor(fresh());
    first.tick();
    first.obey(new Order(Verb.STOP, "web-1", null));
    first.obey(new Order(Verb.KILL, "web-2", 60_000L));
    Identity gateway = identity(first, "gw-1");
    Signal.KILL.send(gateway, table);
    await().until(() -> !table.isAlive(gateway));

    Supervisor second = supervisor(adopted());
    second.tick();

    assertThat(second.state().children())
        .filteredOn(child -> child.identity().isEmpty())
        .extracting(Child::name)
        .containsExactly(name("web-1"), name("web-2"));
    assertThat(second.obey(new Order(Verb.START, "web-1", null)).done()).isTrue();
  }

  @Test
  void aStopOfAllThatWasCutShortIsForgotten() {
    Supervisor first = supervisor(fresh());
    first.tick();
    StackState running = first.state();
    first.stopAll(() -> false);
    // As it is between the first group and the next: one ended, one was asked to.
    Name web = name("web-1");
    new StateFile(home)
        .write(
            running
                .at(Stage.CLOSING)
                .with(
                    running.children().stream()
                        .map(
                            child ->
                                child.name().equals(web)
                                    ? child.stopping(Duration.ZERO, Instant.now())
                                    : new Child(child.name(), child.port(), new Phase.Down(), 0))
                        .toList()));

    Supervisor second = supervisor(adopted());
    second.tick();

    assertThat(second.state().children()).allMatch(child -> child.phase() instanceof Phase.Running);
  }

  @Test
  void killedForAWhileStaysDownThatLong() {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    Instant before = Instant.now();

    Order.Outcome outcome = supervisor.obey(new Order(Verb.KILL, "web-2", 600L));

    assertThat(outcome.done()).isTrue();
    await()
        .until(
            () -> {
              supervisor.tick();
              return supervisor.state().child(name("web-2")).flatMap(Child::identity).isPresent();
            });
    assertThat(Duration.between(before, Instant.now()))
        .isGreaterThanOrEqualTo(Duration.ofMillis(600));
  }

  @Test
  void pausedProcessIsNotStartedAgainAndGoesOn() {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    Identity web = identity(supervisor, "web-1");

    supervisor.obey(new Order(Verb.PAUSE, "web-1", null));
    supervisor.tick();

    assertThat(table.look(web).orElseThrow().activity()).isEqualTo(Activity.PAUSED);
    supervisor.obey(new Order(Verb.RESUME, "web-1", null));
    assertThat(table.look(web).orElseThrow().activity()).isEqualTo(Activity.RUNNING);
    assertThat(identity(supervisor, "web-1")).isEqualTo(web);
  }

  @Test
  void pausedProcessCanBeStoppedInOrder() throws IOException {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    supervisor.obey(new Order(Verb.PAUSE, "web-1", null));

    supervisor.obey(new Order(Verb.STOP, "web-1", null));

    assertThat(Files.readString(ends())).isEqualTo("web-1\n");
  }

  @Test
  void stoppedProcessStaysDownUntilItIsStarted() {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();

    assertThat(supervisor.obey(new Order(Verb.STOP, "web-1", null)).done()).isTrue();
    supervisor.tick();
    assertThat(supervisor.state().child(name("web-1")).orElseThrow().phase())
        .isEqualTo(new Phase.Down());

    assertThat(supervisor.obey(new Order(Verb.START, "web-1", null)).done()).isTrue();
    assertThat(table.isAlive(identity(supervisor, "web-1"))).isTrue();
  }

  @Test
  void restartGivesANewProcessAtOnce() {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    Identity before = identity(supervisor, "rt-1");

    Order.Outcome outcome = supervisor.obey(new Order(Verb.RESTART, "rt-1", null));

    assertThat(outcome.done()).isTrue();
    assertThat(identity(supervisor, "rt-1")).isNotEqualTo(before);
    assertThat(table.isAlive(before)).isFalse();
  }

  @Test
  void primaryIsNotStoppedWhileItHoldsItsOffice() {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    primary = Name.parse("db-1");

    Order.Outcome outcome = supervisor.obey(new Order(Verb.STOP, "db-1", null));

    assertThat(outcome).isEqualTo(new Order.Outcome(false, "db-1 is the primary"));
    assertThat(table.isAlive(identity(supervisor, "db-1"))).isTrue();
  }

  /** Trap: a MySQL that is asked to end answers the commits that wait on it with OK. */
  @Test
  void nodeOfWhichNothingGoodIsKnownIsKilledAndNotAsked() throws IOException {
    sound = Set.of(name("db-2"));
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    supervisor.obey(new Order(Verb.PAUSE, "db-1", null));

    supervisor.obey(new Order(Verb.STOP, "db-1", null));
    supervisor.obey(new Order(Verb.STOP, "db-2", null));

    assertThat(Files.readString(ends())).isEqualTo("db-2\n");
    assertThat(journal).anyMatch(line -> line.contains("db-1") && line.contains("is killed"));
    assertThat(begun).filteredOn(table::isAlive).hasSize(OPTIONS.names().size() - 2);
  }

  @Test
  void noNodeIsAskedToEndWhenNoControllerKnowsThem() throws IOException {
    sound = Set.of();
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();

    supervisor.stopAll(() -> false);

    assertThat(Files.readAllLines(ends())).noneMatch(line -> line.startsWith("db-"));
    assertThat(begun).noneMatch(table::isAlive);
  }

  @Test
  void unknownNameIsRefusedWithTheNamesThereAre() {
    Order.Outcome outcome = supervisor(fresh()).obey(new Order(Verb.KILL, "web-7", null));

    assertThat(outcome.done()).isFalse();
    assertThat(outcome.message())
        .isEqualTo("No process is called web-7. There are: db-1, db-2, rt-1, web-1, web-2, gw-1.");
  }

  @Test
  void stopsAllInOrderWithThePrimaryLast() throws IOException {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    primary = Name.parse("db-1");

    supervisor.stopAll(() -> false);

    List<String> order = new ArrayList<>(Files.readAllLines(ends()));
    order.removeIf(line -> line.equals("web-1") || line.equals("web-2"));
    assertThat(order).containsExactly("gw-1", "rt-1", "db-2", "db-1");
    assertThat(begun).noneMatch(table::isAlive);
    assertThat(new StateFile(home).read()).isEmpty();
  }

  @Test
  void hurryKillsWhatDoesNotEnd() throws IOException {
    Supervisor supervisor =
        new Supervisor(
            new StackState(table.self(), Stage.STARTING, OPTIONS, "mysql", fresh()),
            name -> {
              Identity stubborn =
                  new Launcher(table)
                      .start(
                          List.of("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"),
                          Map.of(),
                          folder,
                          home.log("x"));
              begun.add(stubborn);
              return stubborn;
            },
            table,
            new StateFile(home),
            new OfficeGuard() {
              @Override
              public Optional<String> handOver(Name name) {
                return Optional.empty();
              }

              @Override
              public Optional<Name> primary() {
                return Optional.empty();
              }

              @Override
              public Set<Name> sound() {
                return sound;
              }
            },
            journal::add,
            Instant::now,
            SHORT);
    supervisor.tick();
    Instant before = Instant.now();

    supervisor.stopAll(() -> true);

    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(8));
    assertThat(begun).noneMatch(table::isAlive);
  }

  @Test
  void ordersTravelThroughTheSocket() {
    Supervisor supervisor = supervisor(fresh());
    supervisor.tick();
    Identity web = identity(supervisor, "web-1");

    try (ControlSocket _ = ControlSocket.open(home, supervisor::obey)) {
      Order.Outcome outcome =
          ControlSocket.send(home, new Order(Verb.KILL, "web-1", null)).orElseThrow();
      assertThat(outcome.message()).isEqualTo("web-1 (pid %d) killed".formatted(web.pid()));
    }
    assertThat(table.isAlive(web)).isFalse();
    assertThat(ControlSocket.send(home, new Order(Verb.KILL, "web-1", null))).isEmpty();
  }

  @Test
  void socketOfALongPathWorksToo() {
    Home deep = new Home(folder.resolve("a-long-name-".repeat(10)));
    deep.create();
    Supervisor supervisor = supervisor(fresh());

    try (ControlSocket _ = ControlSocket.open(deep, supervisor::obey)) {
      assertThat(ControlSocket.send(deep, new Order(Verb.KILL, "nobody", null)))
          .hasValueSatisfying(
              outcome -> assertThat(outcome.message()).startsWith("No process is called nobody"));
    }
  }
}
