package dev.mainstay.stack.supervise;

import dev.mainstay.stack.model.Child;
import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Phase;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.RestartSchedule;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.model.StackState.Stage;
import dev.mainstay.stack.model.StopOrder;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.process.ProcessTable.Activity;
import dev.mainstay.stack.process.Signal;
import dev.mainstay.stack.process.StateFile;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Acts on what {@link Child} decides: looks at the machine's processes, starts and signals them,
 * and keeps the state file true. One instance serves both the supervisor that runs for as long as
 * the stack, and a command that acts in its place when that supervisor was killed.
 */
public final class Supervisor {

  private static final Duration GLANCE = Duration.ofMillis(50);

  private final Starter starter;
  private final ProcessTable table;
  private final StateFile file;
  private final OfficeGuard office;
  private final Journal journal;
  private final InstantSource clock;
  private final RestartSchedule schedule;

  /** Guarded by this. */
  private StackState state;

  public Supervisor(
      StackState state,
      Starter starter,
      ProcessTable table,
      StateFile file,
      OfficeGuard office,
      Journal journal,
      InstantSource clock,
      RestartSchedule schedule) {
    this.state = state;
    this.starter = starter;
    this.table = table;
    this.file = file;
    this.office = office;
    this.journal = journal;
    this.clock = clock;
    this.schedule = schedule;
    file.write(state);
  }

  public synchronized StackState state() {
    return state;
  }

  /** A page was served: the stack is up. */
  public synchronized void ready() {
    enter(Stage.UP);
  }

  private void enter(Stage stage) {
    state = state.at(stage);
    file.write(state);
  }

  /** Looks once at every process of those names and does what is due. */
  public synchronized void tick(Predicate<Name> which) {
    for (Child child : state.children()) {
      if (which.test(child.name())) {
        act(observe(child));
      }
    }
  }

  public void tick() {
    tick(_ -> true);
  }

  private Child observe(Child child) {
    Optional<Identity> identity = child.identity();
    if (identity.isEmpty() || table.isAlive(identity.get())) {
      return child;
    }
    Instant now = clock.instant();
    Child gone = child.gone(schedule, now);
    put(gone);
    if (child.phase() instanceof Phase.Running(Identity was, Instant since)) {
      journal.line(
          "%s (pid %d) died after %s%s"
              .formatted(
                  child.name(), was.pid(), seconds(Duration.between(since, now)), then(gone, now)));
    } else {
      journal.line("%s stopped%s".formatted(child.name(), then(gone, now)));
    }
    return gone;
  }

  private String then(Child gone, Instant now) {
    if (!(gone.phase() instanceof Phase.Waiting(Instant notBefore)) || !notBefore.isAfter(now)) {
      return "";
    }
    return starter.equals(Starter.NOBODY)
        ? "; stays down until `mainstay up` takes the stack over: its supervisor is dead"
        : "; starts again in " + seconds(Duration.between(now, notBefore));
  }

  private static String seconds(Duration duration) {
    return "%.1f s".formatted(duration.toMillis() / 1000.0);
  }

  private void act(Child child) {
    Instant now = clock.instant();
    switch (child.next(now)) {
      case REST -> {}
      case START -> {
        if (state.stage() != Stage.CLOSING) {
          start(child, now);
        }
      }
      case KILL -> child.identity().ifPresent(identity -> Signal.KILL.send(identity, table));
    }
  }

  private void start(Child child, Instant now) {
    Identity identity;
    try {
      identity = starter.start(child.name());
    } catch (IOException | RuntimeException e) {
      // Whatever it is, it holds up no other process, and is tried again at the same pace.
      put(child.notStarted(schedule, now));
      journal.line("%s could not be started: %s".formatted(child.name(), reason(e)));
      return;
    }
    put(child.started(identity, now));
    journal.line(
        "%s started (pid %d, port %d)".formatted(child.name(), identity.pid(), child.port()));
  }

  private static String reason(Exception e) {
    return switch (e) {
      case Problem problem -> String.valueOf(problem.getMessage());
      case IOException failure when failure.getMessage() != null -> failure.getMessage();
      default -> e.toString();
    };
  }

  private void put(Child changed) {
    List<Child> children = new ArrayList<>(state.children());
    children.replaceAll(child -> child.name().equals(changed.name()) ? changed : child);
    state = state.with(children);
    file.write(state);
  }

  private void change(Name name, UnaryOperator<Child> change) {
    state.child(name).map(change).ifPresent(this::put);
  }

  /** Does as told, and answers when it is done. */
  public Order.Outcome obey(Order order) {
    Optional<Name> name =
        Name.parse(order.name()).filter(known -> state().child(known).isPresent());
    if (name.isEmpty()) {
      return Order.Outcome.refused(
          "No process is called %s. There are: %s."
              .formatted(
                  order.name(),
                  String.join(
                      ", ", state().children().stream().map(c -> c.name().toString()).toList())));
    }
    return switch (order.verb()) {
      case KILL ->
          kill(
              name.get(),
              order.forMillis() == null ? Duration.ZERO : Duration.ofMillis(order.forMillis()));
      case PAUSE -> pause(name.get());
      case RESUME -> resume(name.get());
      case STOP -> stop(name.get());
      case START -> startAgain(name.get());
      case RESTART -> restart(name.get());
    };
  }

  private synchronized Optional<ProcessTable.Seen> seen(Name name) {
    return state.child(name).flatMap(Child::identity).flatMap(table::look);
  }

  private static Order.Outcome notRunning(Name name) {
    return Order.Outcome.refused("%s is not running.".formatted(name));
  }

  private Order.Outcome kill(Name name, Duration down) {
    Optional<ProcessTable.Seen> seen = seen(name);
    if (seen.isEmpty()) {
      return notRunning(name);
    }
    Identity identity = seen.get().identity();
    synchronized (this) {
      if (down.isPositive()) {
        change(name, child -> child.restarting(Duration.ZERO, down, clock.instant()));
      }
      Signal.KILL.send(identity, table);
    }
    await(() -> !table.isAlive(identity), Duration.ofSeconds(10));
    tick(name::equals);
    return Order.Outcome.done(
        "%s (pid %d) killed%s"
            .formatted(
                name, identity.pid(), down.isPositive() ? ", down for " + seconds(down) : ""));
  }

  private Order.Outcome pause(Name name) {
    return signal(name, Signal.STOP, "paused", Activity.PAUSED);
  }

  private Order.Outcome resume(Name name) {
    return signal(name, Signal.CONT, "resumed", Activity.RUNNING);
  }

  private Order.Outcome signal(Name name, Signal signal, String word, Activity expected) {
    Optional<ProcessTable.Seen> seen = seen(name);
    if (seen.isEmpty()) {
      return notRunning(name);
    }
    Identity identity = seen.get().identity();
    signal.send(identity, table);
    boolean done =
        await(
            () -> table.look(identity).filter(now -> now.activity() == expected).isPresent(),
            Duration.ofSeconds(5));
    journal.line("%s (pid %d) %s".formatted(name, identity.pid(), word));
    return done
        ? Order.Outcome.done("%s (pid %d) %s".formatted(name, identity.pid(), word))
        : Order.Outcome.refused(
            "%s (pid %d) did not become %s.".formatted(name, identity.pid(), word));
  }

  private Order.Outcome stop(Name name) {
    if (seen(name).isEmpty()) {
      synchronized (this) {
        boolean alreadyDown =
            state.child(name).filter(child -> child.phase() instanceof Phase.Down).isPresent();
        change(name, child -> child.stopping(Duration.ZERO, clock.instant()));
        return alreadyDown
            ? notRunning(name)
            : Order.Outcome.done("%s stays down until it is started".formatted(name));
      }
    }
    return end(name, child -> child.stopping(name.role().grace(), clock.instant()))
        .orElseGet(() -> Order.Outcome.done("%s stopped, until it is started".formatted(name)));
  }

  private Order.Outcome restart(Name name) {
    if (seen(name).isEmpty()) {
      return startAgain(name);
    }
    return end(name, child -> child.restarting(name.role().grace(), Duration.ZERO, clock.instant()))
        .orElseGet(() -> startAgain(name, "restarted", "restarted"));
  }

  /** An orderly end; says why not, if the process holds an office that nobody takes over. */
  private Optional<Order.Outcome> end(Name name, UnaryOperator<Child> change) {
    Optional<String> refusal = office.handOver(name);
    if (refusal.isPresent()) {
      return refusal.map(Order.Outcome::refused);
    }
    boolean sound = isSound(name);
    Optional<Identity> identity;
    synchronized (this) {
      identity = state.child(name).flatMap(Child::identity);
      change(name, change);
      identity.ifPresent(process -> askToEnd(name, process, sound));
    }
    identity.ifPresent(
        asked -> {
          await(() -> !table.isAlive(asked), name.role().grace());
          Signal.KILL.send(asked, table);
          await(() -> !table.isAlive(asked), Duration.ofSeconds(10));
        });
    tick(name::equals);
    return Optional.empty();
  }

  private boolean isSound(Name name) {
    return name.role() != Role.NODE || office.sound().contains(name);
  }

  /** A paused process hears SIGTERM only when it goes on. */
  private void askToEnd(Name name, Identity identity, boolean sound) {
    if (!sound) {
      journal.line(
          "%s (pid %d) is killed, not asked to stop: nobody says that no commit waits on it"
              .formatted(name, identity.pid()));
      Signal.KILL.send(identity, table);
      return;
    }
    Signal.TERM.send(identity, table);
    Signal.CONT.send(identity, table);
  }

  private Order.Outcome startAgain(Name name) {
    return startAgain(name, "is running", "started");
  }

  private Order.Outcome startAgain(Name name, String wordIfThere, String wordIfNew) {
    boolean there = seen(name).isPresent();
    synchronized (this) {
      change(name, child -> child.wanted(clock.instant()));
      tick(name::equals);
    }
    return seen(name)
        .map(
            seen ->
                "%s %s (pid %d)"
                    .formatted(name, there ? wordIfThere : wordIfNew, seen.identity().pid()))
        .map(Order.Outcome::done)
        .orElseGet(
            () ->
                Order.Outcome.refused(
                    "%s could not be started; `mainstay logs %s` tells more."
                        .formatted(name, name)));
  }

  /**
   * Stops everything in the order of {@link StopOrder}.
   *
   * @param hurry asked all the time: once true, what is left is killed
   */
  public void stopAll(BooleanSupplier hurry) {
    synchronized (this) {
      enter(Stage.CLOSING);
    }
    List<Name> names = state().children().stream().map(Child::name).toList();
    // Asked now: the controllers are gone before the nodes.
    Set<Name> unsound =
        names.stream().filter(name -> !isSound(name)).collect(Collectors.toUnmodifiableSet());
    for (List<Name> group : StopOrder.of(names, office.primary())) {
      stopGroup(group, unsound, hurry);
    }
    file.delete();
  }

  private void stopGroup(List<Name> group, Set<Name> unsound, BooleanSupplier hurry) {
    Instant begun = clock.instant();
    List<Identity> asked = new ArrayList<>();
    synchronized (this) {
      for (Name name : group) {
        seen(name)
            .ifPresent(
                seen -> {
                  asked.add(seen.identity());
                  askToEnd(name, seen.identity(), !unsound.contains(name));
                });
        change(name, child -> child.stopping(name.role().grace(), begun));
      }
    }
    if (!asked.isEmpty()) {
      journal.line("stopping " + String.join(", ", group.stream().map(Name::toString).toList()));
    }
    Duration longest =
        group.stream()
            .map(Name::role)
            .map(Role::grace)
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    await(
        () -> {
          tick(group::contains);
          if (hurry.getAsBoolean()) {
            asked.forEach(identity -> Signal.KILL.send(identity, table));
          }
          return asked.stream().noneMatch(table::isAlive);
        },
        longest.plusSeconds(10));
  }

  private boolean await(BooleanSupplier condition, Duration atMost) {
    Instant deadline = clock.instant().plus(atMost);
    while (!condition.getAsBoolean()) {
      if (clock.instant().isAfter(deadline)) {
        return false;
      }
      try {
        Thread.sleep(GLANCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }
}
