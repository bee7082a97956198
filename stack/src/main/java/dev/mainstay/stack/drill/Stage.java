package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.check.Mark;
import dev.mainstay.stack.drill.check.ReadYourWrites;
import dev.mainstay.stack.drill.link.Links;
import dev.mainstay.stack.drill.load.Load;
import dev.mainstay.stack.drill.load.Pairs;
import dev.mainstay.stack.drill.watch.ReadMetrics;
import dev.mainstay.stack.launch.Progress;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.remote.Controllers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/** What a drill may do to the stack. Each act is marked with its time. */
public final class Stage {

  private static final Duration STEADY_FOR = Duration.ofSeconds(2);
  private static final Duration GLANCE = Duration.ofMillis(100);
  private static final Duration CAUGHT_UP = Duration.ofMillis(1_500);

  private final Subject subject;
  private final InstantSource clock;
  private final Progress progress;
  private final long seed;
  private final List<Mark> marks = new CopyOnWriteArrayList<>();
  private final Set<Name> paused = new LinkedHashSet<>();
  private final Set<Name> delayed = new LinkedHashSet<>();
  private Optional<Load> load = Optional.empty();
  private Optional<ReadYourWrites> reads = Optional.empty();

  Stage(Subject subject, InstantSource clock, Progress progress, long seed) {
    this.subject = subject;
    this.clock = clock;
    this.progress = progress;
    this.seed = seed;
  }

  /** The node that has the office now. */
  public Name primary() {
    return byRole("PRIMARY").stream()
        .findFirst()
        .orElseThrow(() -> new Problem("No node is the primary, so there is none to break."));
  }

  /** The nodes that follow it, in order. */
  public List<Name> replicas() {
    return byRole("REPLICA");
  }

  /** The first of them. */
  public Name replica() {
    return replicas().stream()
        .findFirst()
        .orElseThrow(() -> new Problem("No node is a replica, so there is none to break."));
  }

  private List<Name> byRole(String role) {
    return subject
        .topology()
        .map(known -> known.path("nodes"))
        .map(JsonNode::valueStream)
        .orElseThrow(() -> new Problem("No controller answers."))
        .filter(node -> node.path("role").asString("").equals(role))
        .flatMap(node -> Name.parse(node.path("id").asString("")).stream())
        .toList();
  }

  /** SIGKILL; the process is started again after {@code down}. */
  public void kill(Name name, Duration down) {
    mark(
        Mark.Kind.FAULT,
        name,
        down.isZero()
            ? "kill -9 %s, started again at once".formatted(name)
            : "kill -9 %s, down for %d ms".formatted(name, down.toMillis()));
    subject.kill(name, down);
  }

  /** SIGSTOP, until {@link #resume}. */
  public void pause(Name name) {
    mark(Mark.Kind.FAULT, name, "SIGSTOP " + name);
    paused.add(name);
    subject.pause(name);
  }

  /** SIGCONT. */
  public void resume(Name name) {
    mark(Mark.Kind.MEND, name, "SIGCONT " + name);
    paused.remove(name);
    try {
      subject.resume(name);
    } catch (Problem gone) {
      // A controller may kill a node that does not answer; then nobody is there to wake.
      progress.say("%s is not there to be woken".formatted(name));
    }
  }

  /** Cuts every link to and from a node that goes through a proxy. */
  public void cutOff(Name name) {
    Links links = links();
    mark(Mark.Kind.FAULT, name, name + " is cut off");
    links.cut(ends -> ends.from().equals(name.toString()) || ends.to().equals(name.toString()));
  }

  /** Cuts the link by which one process reaches another. */
  public void cut(Name from, Name to) {
    Links links = links();
    mark(Mark.Kind.FAULT, from, "%s is cut off from %s".formatted(from, to));
    links.cut(ends -> ends.equals(new Links.Ends(from.toString(), to.toString())));
  }

  private Links links() {
    Links links = subject.links();
    if (links.count() == 0) {
      throw new Problem("This stack was started without links that can be cut.");
    }
    return links;
  }

  /** Heals all links. */
  public void heal(Name name) {
    mark(Mark.Kind.MEND, name, name + " is reached again");
    subject.links().heal();
  }

  /** Writes something on one node alone. */
  public void err(Name name) {
    mark(Mark.Kind.FAULT, name, "a write on %s alone".formatted(name));
    subject.err(name);
  }

  /** A replica applies everything so much later from now on, until {@link #catchUp}. */
  public void delay(Name name, Duration delay) {
    mark(Mark.Kind.FAULT, name, "%s applies %d s later".formatted(name, delay.toSeconds()));
    delayed.add(name);
    subject.delay(name, delay);
  }

  /** Ends the delay, and waits until the replica shows what the primary shows. */
  public void catchUp(Name name, Duration atMost) throws InterruptedException {
    mark(Mark.Kind.MEND, name, name + " applies at once again");
    subject.delay(name, Duration.ZERO);
    delayed.remove(name);
    Instant deadline = clock.instant().plus(atMost);
    while (lag(name).filter(lag -> lag < CAUGHT_UP.toMillis()).isEmpty()) {
      if (clock.instant().isAfter(deadline)) {
        throw new Problem("%s has not caught up within %d s.".formatted(name, atMost.toSeconds()));
      }
      Thread.sleep(GLANCE);
    }
  }

  private Optional<Long> lag(Name name) {
    return subject.topology().stream()
        .flatMap(known -> known.path("nodes").valueStream())
        .filter(node -> node.path("id").asString("").equals(name.toString()))
        .map(node -> node.path("lagMillis").asLongOpt().stream().boxed().findFirst())
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * Clients beside the load write and read at once what they wrote, through other instances.
   *
   * @param keepTokens whether they send back what the site has them remember
   */
  public Pairs.Tally pairs(int number, boolean keepTokens) throws InterruptedException {
    say(
        "%,d pairs of a write and a read %s"
            .formatted(number, keepTokens ? "of what was written" : "without a token"));
    Pairs.Tally tally =
        load.orElseThrow(() -> new Problem("No load is on.")).pairs(number, keepTokens);
    say(
        "%,d pairs, %,d stale reads, %,d that went back"
            .formatted(tally.pairs(), tally.stale(), tally.backwards()));
    return tally;
  }

  /** How the web-apps answered reads that had to see something. */
  public ReadMetrics readMetrics() {
    return ReadMetrics.of(all(Role.WEB_APP).stream().map(subject::metrics).toList());
  }

  /** Tells what became of the pairs. */
  public void saw(ReadYourWrites seen) {
    say(seen.text());
    reads = Optional.of(seen);
  }

  Optional<ReadYourWrites> reads() {
    return reads;
  }

  /** Waits until the controllers leave the node out. */
  public void awaitQuarantine(Name name, Duration atMost) throws InterruptedException {
    Instant deadline = clock.instant().plus(atMost);
    while (!subject.quarantined().containsKey(name.toString())) {
      if (clock.instant().isAfter(deadline)) {
        throw new Problem(
            "%d s after a write on %s alone the controllers have not noticed."
                .formatted(atMost.toSeconds(), name));
      }
      Thread.sleep(GLANCE);
    }
    say("the controllers leave %s out".formatted(name));
  }

  /** Waits until some controller answers. */
  public void awaitController(Duration atMost) throws InterruptedException {
    Instant deadline = clock.instant().plus(atMost);
    while (subject.topology().isEmpty()) {
      if (clock.instant().isAfter(deadline)) {
        throw new Problem("No controller answers after %d s.".formatted(atMost.toSeconds()));
      }
      Thread.sleep(GLANCE);
    }
  }

  /** The processes that may be broken: nodes, controllers, web-apps. */
  public List<Name> all(Role role) {
    return subject.names().stream().filter(name -> name.role() == role).toList();
  }

  /** What a drill that draws lots draws them from. */
  public long seed() {
    return seed;
  }

  /** Orders a planned change of the primary. */
  public void switchOver(Name to) {
    mark(Mark.Kind.ORDER, to, "switchover to " + to);
    switch (subject.switchOver(to)) {
      case Controllers.Switchover.Done _ -> {}
      case Controllers.Switchover.Refused(String why) ->
          throw new Problem("The switchover to %s did not get done: %s".formatted(to, why));
    }
  }

  /** The next leading controller dies when it is about to do this step. */
  public void arm(String step) {
    Home.write(hook(), step);
  }

  /** Whether a controller has met the step. */
  public boolean struck() {
    return !Files.exists(hook());
  }

  /** Forgets the step. */
  public void disarm() {
    try {
      Files.deleteIfExists(hook());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path hook() {
    return subject
        .hook()
        .orElseThrow(() -> new Problem("This stack's controllers were started without a hook."));
  }

  /** Tells whoever watches what is about to happen. */
  public void say(String what) {
    progress.say(what);
  }

  /** Lets time pass. */
  public void await(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }

  /**
   * Waits until every node is in step.
   *
   * @return what is still missing after {@code atMost}
   */
  public Optional<String> awaitWhole(Duration atMost) throws InterruptedException {
    Instant deadline = clock.instant().plus(atMost);
    while (true) {
      Optional<String> missing = subject.missing();
      if (missing.isEmpty() || clock.instant().isAfter(deadline)) {
        return missing;
      }
      Thread.sleep(GLANCE);
    }
  }

  /** The load that is on from now on. */
  void enter(Load load) {
    this.load = Optional.of(load);
  }

  /** Waits until the site serves the load without delay, or for {@code atMost}. */
  void warmUp(Load load, Duration atMost) throws InterruptedException {
    Instant deadline = clock.instant().plus(atMost);
    Instant steadySince = Instant.MAX;
    while (clock.instant().isBefore(deadline)) {
      Thread.sleep(GLANCE);
      steadySince = !load.isSteady() ? Instant.MAX : min(steadySince, clock.instant());
      if (steadySince.isBefore(clock.instant().minus(STEADY_FOR))) {
        return;
      }
    }
    progress.say("the site does not keep up with the load; measuring all the same");
  }

  private static Instant min(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private void mark(Mark.Kind kind, Name name, String what) {
    progress.say(what);
    marks.add(new Mark(clock.instant(), kind, name.toString(), what));
  }

  List<Mark> marks() {
    return List.copyOf(marks);
  }

  /** Takes back what the drill left broken. */
  void mend() {
    subject.links().heal();
    for (Name name : Set.copyOf(paused)) {
      resume(name);
    }
    for (Name name : Set.copyOf(delayed)) {
      delayed.remove(name);
      subject.delay(name, Duration.ZERO);
    }
    if (subject.hook().isPresent()) {
      disarm();
    }
  }
}
