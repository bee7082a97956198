package dev.mainstay.stack.launch;

import dev.mainstay.stack.model.Child;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Phase;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.RestartSchedule;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.model.StackState.Stage;
import dev.mainstay.stack.process.Cache;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Launcher;
import dev.mainstay.stack.process.Logs;
import dev.mainstay.stack.process.PortCheck;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.process.StateFile;
import dev.mainstay.stack.remote.Controllers;
import dev.mainstay.stack.supervise.ControlSocket;
import dev.mainstay.stack.supervise.Journal;
import dev.mainstay.stack.supervise.Supervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A stack for as long as this process supervises it: brought up (or adopted from a supervisor that
 * was killed), kept up, and stopped in order.
 *
 * <p>Whoever starts one interrupts the thread that {@link #run runs} it to stop it.
 */
public final class Stack {

  private static final Duration GLANCE = Duration.ofMillis(200);
  private static final Duration LOG_CHECK = Duration.ofSeconds(5);
  private static final Duration IMAGE_USE = Duration.ofHours(1);

  /** So long the first process of each kind may take to serve a page before the others start. */
  private static final Duration HEAD_START = Duration.ofSeconds(15);

  private static final int DEATHS_THAT_TELL = 3;
  private static final int LINES_SHOWN = 15;

  private final Home home;
  private final Path project;
  private final Options options;
  private final Wiring wiring;
  private final Duration patience;
  private final Progress progress;
  private final Journal journal;
  private final InstantSource clock;
  private final ProcessTable table = ProcessTable.ofThisMachine();
  private final Set<Role> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean whole = new AtomicBoolean();
  private final AtomicBoolean hurry = new AtomicBoolean();

  /**
   * @param project the folder with the sources and what was built from them
   * @param wiring what single processes are told beside the ordinary
   * @param patience how long the processes may take from their start until a page is served
   */
  public Stack(
      Home home,
      Path project,
      Options options,
      Wiring wiring,
      Duration patience,
      Progress progress,
      Journal journal,
      InstantSource clock) {
    this.home = home;
    this.project = project;
    this.options = options;
    this.wiring = wiring;
    this.patience = patience;
    this.progress = progress;
    this.journal = journal;
    this.clock = clock;
  }

  /** A stop that is under way kills from now on instead of asking. */
  public void hurry() {
    hurry.set(true);
  }

  /**
   * Brings the stack up and keeps it until this thread is interrupted; then stops it.
   *
   * @param whenReady called once, when a page is served
   * @return whether it was up before it was stopped
   */
  public boolean run(Runnable whenReady) {
    for (Service service : Service.values()) {
      if (!Files.isRegularFile(service.jar(project))) {
        throw new Problem(
            "%s is missing. Build it with `mvn -DskipTests package` in %s."
                .formatted(service.jar(project), project));
      }
    }
    if (options.gateways() > 1 && !PortCheck.isShareable()) {
      throw new Problem(
          "--gateways is %d, and this platform lets no two processes listen on one port (expected: 1)."
              .formatted(options.gateways()));
    }
    home.create();
    boolean taken = home.lock();
    StateFile file = new StateFile(home);
    Optional<StackState> before = file.read();
    before.ifPresent(this::refuseIfSupervised);
    if (!taken) {
      throw home.busy();
    }
    List<Child> children = children(before);
    checkPorts(children);
    Optional<HomeRecord> record = HomeRecord.read(home);
    record.ifPresent(
        made -> Databases.asked(options).ifPresent(asked -> made.checkEngine(home, asked)));
    // Already here, so that `status` and `down` know of this process while it gets what it needs.
    file.write(
        new StackState(
            table.self(),
            Stage.STARTING,
            options,
            record.map(HomeRecord::engine).or(() -> Databases.asked(options)).orElse(""),
            children));
    ExecutorService workers =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    try {
      return run(children, record, workers, whenReady);
    } catch (InterruptedException stoppedBeforeAnythingRan) {
      return false;
    } finally {
      workers.shutdownNow();
      // What they had started ends with them.
      awaitEnd(workers);
      forgetUnlessSomethingIsLeft(file);
    }
  }

  /** A start that came to nothing leaves no trace; what it would have adopted stays known. */
  private void forgetUnlessSomethingIsLeft(StateFile file) {
    if (file.read().filter(state -> alive(state.children()) > 0).isEmpty()) {
      file.delete();
    }
  }

  private static void awaitEnd(ExecutorService workers) {
    boolean interrupted = Thread.interrupted();
    try {
      boolean _ = workers.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void refuseIfSupervised(StackState state) {
    if (table.isAlive(state.supervisor())) {
      throw new Problem(
          "The stack in %s is already up (supervisor pid %d, site http://127.0.0.1:%d/). `mainstay status` shows it, `mainstay down` stops it."
              .formatted(home.folder(), state.supervisor().pid(), state.options().port()));
    }
  }

  /** What is to run: fresh processes, or those that a killed supervisor left behind. */
  private List<Child> children(Optional<StackState> before) {
    Optional<StackState> left = before.filter(state -> alive(state.children()) > 0);
    if (left.isEmpty()) {
      forgetWhatOperatorsChanged();
      return options.names().stream().map(name -> Child.fresh(name, options.portOf(name))).toList();
    }
    if (!left.get().options().equals(options)) {
      throw new Problem(
          "A stack with other options is still running in %s without its supervisor. Run `mainstay up` with the options it was started with, or `mainstay down` first."
              .formatted(home.folder()));
    }
    List<Child> children = left.get().adopted(table::isAlive, clock.instant());
    progress.say("adopting %d running processes".formatted(alive(children)));
    List<String> stopped = stopped(children).map(Name::toString).toList();
    if (!stopped.isEmpty()) {
      progress.say("%s: stopped until `mainstay start`".formatted(String.join(", ", stopped)));
    }
    return children;
  }

  private long alive(List<Child> children) {
    return children.stream()
        .flatMap(child -> child.identity().stream())
        .filter(table::isAlive)
        .count();
  }

  private static Stream<Name> stopped(List<Child> children) {
    return children.stream().filter(child -> child.phase() instanceof Phase.Down).map(Child::name);
  }

  /**
   * A stack that comes up anew comes as configured; a gateway of it that restarts, as it was left.
   */
  private void forgetWhatOperatorsChanged() {
    for (Name name : options.names()) {
      if (name.role() == Role.GATEWAY) {
        try {
          Files.deleteIfExists(home.run().resolve(Settings.stateFile(name)));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** The site's port is taken, and rightly so, where a gateway that shares it was adopted. */
  private void checkPorts(List<Child> children) {
    boolean siteIsServed =
        children.stream()
            .anyMatch(child -> child.name().role() == Role.GATEWAY && child.identity().isPresent());
    for (Child child : children) {
      if (child.phase() instanceof Phase.Waiting) {
        boolean gateway = child.name().role() == Role.GATEWAY;
        if (!gateway || !siteIsServed) {
          checkPort(child.port(), child.name().toString());
        }
        if (gateway) {
          checkPort(options.adminPortOf(child.name()), child.name() + "'s dashboard and API");
        }
      }
    }
  }

  private void checkPort(int port, String whose) {
    if (!PortCheck.isFree(port)) {
      throw new Problem(
          "Port %d, which is for %s, is taken%s. Stop that, or shift all ports of the stack with --port, for example --port %d."
              .formatted(
                  port,
                  whose,
                  PortCheck.owner(port).map(owner -> " by " + owner).orElse(""),
                  options.port() + 100));
    }
  }

  private boolean run(
      List<Child> children,
      Optional<HomeRecord> record,
      ExecutorService workers,
      Runnable whenReady)
      throws InterruptedException {
    Secrets secrets = Secrets.of(home);
    Settings settings = new Settings(options, secrets, wiring);
    Map<Service, Future<Image>> images = prepareImages(workers);
    Databases databases =
        Databases.find(home, options, secrets, record.map(HomeRecord::engine), progress);
    record.ifPresent(made -> made.checkVersion(home, databases.title(), databases.version()));
    progress.say(databases.title());
    new HomeRecord(HomeRecord.FORMAT, databases.engine(), databases.version()).write(home);

    Blueprint blueprint = new Blueprint(home, settings, new Launcher(table), databases);
    Controllers controllers = new Controllers(options, secrets.adminToken());
    Supervisor supervisor =
        new Supervisor(
            new StackState(table.self(), Stage.STARTING, options, databases.engine(), children),
            blueprint,
            table,
            new StateFile(home),
            controllers,
            journal,
            clock,
            RestartSchedule.STANDARD);
    boolean adopted = children.stream().anyMatch(child -> child.identity().isPresent());
    whole.set(adopted || options.names().stream().noneMatch(Stack::isHeldBack));
    boolean ready = false;
    try (ScheduledExecutorService rounds =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
        ControlSocket _ = ControlSocket.open(home, supervisor::obey)) {
      every(GLANCE, "a look at the processes", () -> look(supervisor), rounds);
      every(LOG_CHECK, "bounding the logs", () -> Logs.bound(home.logs()), rounds);
      every(IMAGE_USE, "saying which images are used", blueprint::useImages, rounds);
      try {
        initialiseNodes(databases, workers);
        open.add(Role.NODE);
        for (Map.Entry<Service, Future<Image>> image : images.entrySet()) {
          blueprint.has(get(image.getValue()));
          open.add(image.getKey().role());
        }
        dropOldImages();
        awaitReady(supervisor, new Readiness(options, controllers), adopted);
        controllers
            .topology()
            .map(Controllers::quarantined)
            .orElse(Map.of())
            .forEach((node, why) -> progress.say("%s is left out: it %s".formatted(node, why)));
        supervisor.ready();
        ready = true;
        whenReady.run();
        new CountDownLatch(1).await();
      } finally {
        // The flag would cut every wait of an orderly stop short.
        boolean interrupted = Thread.interrupted();
        supervisor.stopAll(hurry::get);
        rounds.shutdownNow();
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    } catch (InterruptedException toldToStop) {
      return ready;
    }
    return ready;
  }

  /** The journal hears of what goes wrong, so there is nothing to learn from the future. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void every(
      Duration interval, String what, Runnable work, ScheduledExecutorService rounds) {
    rounds.scheduleWithFixedDelay(
        new Recurring(what, work, journal), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look(Supervisor supervisor) {
    supervisor.tick(name -> open.contains(name.role()) && (whole.get() || !isHeldBack(name)));
  }

  /**
   * All nodes and one process of each other kind serve a page, and do so in half the time where the
   * others, which need as much of the processor, start after them.
   */
  private static boolean isHeldBack(Name name) {
    return name.role() != Role.NODE && name.number() > 1;
  }

  private Map<Service, Future<Image>> prepareImages(ExecutorService workers) {
    Function<Service, Callable<Image>> preparation =
        service ->
            () ->
                Image.of(
                    service,
                    project,
                    Cache.folder(),
                    Settings.forTraining(service.role()),
                    progress);
    Map<Service, Future<Image>> images = new LinkedHashMap<>();
    for (Service service : Service.values()) {
      images.put(service, workers.submit(preparation.apply(service)));
    }
    return images;
  }

  /** What cannot be dropped takes room and does no other harm. */
  private void dropOldImages() {
    try {
      Image.prune(Cache.folder());
    } catch (UncheckedIOException e) {
      progress.say("old images were not dropped: " + e.getMessage());
    }
  }

  private void initialiseNodes(Databases databases, ExecutorService workers)
      throws InterruptedException {
    Map<Name, Future<Boolean>> work = new LinkedHashMap<>();
    for (Name name : options.names()) {
      if (name.role() == Role.NODE) {
        work.put(name, workers.submit(() -> databases.initialise(name)));
      }
    }
    List<String> made = new ArrayList<>();
    for (Map.Entry<Name, Future<Boolean>> one : work.entrySet()) {
      if (get(one.getValue())) {
        made.add(one.getKey().toString());
      }
    }
    if (!made.isEmpty()) {
      progress.say("initialised " + String.join(", ", made));
    }
  }

  private static <T> T get(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Problem problem -> throw problem;
        case IOException failure -> throw new Problem(String.valueOf(failure.getMessage()));
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  /**
   * Waits until a page is served.
   *
   * @param adopted whether it was up before: then it is kept up, whatever state it is found in
   * @throws Problem if it is not adopted, and does not come up
   */
  private void awaitReady(Supervisor supervisor, Readiness readiness, boolean adopted)
      throws InterruptedException {
    try {
      awaitReady(supervisor, readiness);
    } catch (Problem notWhole) {
      if (!adopted) {
        throw notWhole;
      }
      progress.say("adopted as it is: " + notWhole.getMessage());
    }
  }

  private void awaitReady(Supervisor supervisor, Readiness readiness) throws InterruptedException {
    Instant begun = clock.instant();
    Instant deadline = begun.plus(patience);
    String said = "";
    while (true) {
      for (Child child : supervisor.state().children()) {
        if (child.deaths() >= DEATHS_THAT_TELL) {
          throw new Problem(
              "%s died %d times in a row.%s"
                  .formatted(child.name(), child.deaths(), lastLines(child.name())));
        }
      }
      boolean all = whole.get();
      Optional<Readiness.Missing> missing = readiness.missing(out(supervisor, all));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (!all && (missing.isEmpty() || clock.instant().isAfter(begun.plus(HEAD_START)))) {
        progress.say(missing.isEmpty() ? "a page is served; the others start" : "the others start");
        whole.set(true);
        continue;
      }
      if (missing.isEmpty()) {
        return;
      }
      if (clock.instant().isAfter(deadline)) {
        throw new Problem(
            "No success within %d s: %s.%s"
                .formatted(
                    patience.toSeconds(), missing.get().what(), lastLines(missing.get().whose())));
      }
      if (!said.equals(missing.get().what())) {
        said = missing.get().what();
        progress.say("waiting: " + said);
      }
      Thread.sleep(GLANCE);
    }
  }

  /** What is not waited for: it was stopped, or has not begun. */
  private Set<Name> out(Supervisor supervisor, boolean all) {
    Stream<Name> heldBack =
        all ? Stream.empty() : options.names().stream().filter(Stack::isHeldBack);
    return Stream.concat(stopped(supervisor.state().children()), heldBack)
        .collect(Collectors.toUnmodifiableSet());
  }

  private String lastLines(Name name) {
    Path log = home.log(name.toString());
    List<String> told =
        Logs.tail(log, 1000).stream().filter(line -> !line.startsWith("\tat ")).toList();
    List<String> lines = told.subList(Math.max(0, told.size() - LINES_SHOWN), told.size());
    return lines.isEmpty()
        ? " Its log %s is empty.".formatted(log)
        : " The last lines of %s:\n  %s".formatted(log, String.join("\n  ", lines));
  }
}
