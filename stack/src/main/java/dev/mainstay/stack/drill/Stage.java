package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.check.Division;
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
import dev.mainstay.stack.remote.Steering;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
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

  /** As they were before they were steered; nothing if they were not. */
  private List<JsonNode> pools = List.of();

  private final List<Division> divisions = new CopyOnWriteArrayList<>();
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

  /** An orderly stop and a new start. Returns when it does its work for the others again. */
  public void restart(Name name) throws InterruptedException {
    mark(Mark.Kind.ORDER, name, "restart " + name);
    subject.restart(name);
    say("%s is back".formatted(name));
  }

  /** A server runs for so long only part of the time: SIGSTOP and SIGCONT in turns. */
  public void stutter(Name name, Duration length, Duration stopped, Duration running)
      throws InterruptedException {
    mark(
        Mark.Kind.FAULT,
        name,
        "%s stands still for %d ms of each %d ms"
            .formatted(name, stopped.toMillis(), stopped.plus(running).toMillis()));
    Instant end = clock.instant().plus(length);
    paused.add(name);
    while (clock.instant().isBefore(end)) {
      subject.pause(name);
      Thread.sleep(stopped);
      subject.resume(name);
      Thread.sleep(running);
    }
    paused.remove(name);
    mark(Mark.Kind.MEND, name, name + " runs all the time again");
  }

  /** Sets a server's weight, on every gateway. */
  public void weigh(Name server, int weight) {
    mark(Mark.Kind.ORDER, server, "weight of %s: %d".formatted(server, weight));
    steering().change(server.toString(), Map.of("weight", weight));
  }

  /** Sets a server's state, READY, DRAIN or MAINT, on every gateway. */
  public void set(Name server, String state) {
    mark(Mark.Kind.ORDER, server, "%s: %s".formatted(server, state));
    steering().change(server.toString(), Map.of("state", state));
  }

  /** Sets the pool's mode, on every gateway. */
  public void mode(String mode) {
    progress.say(mode);
    marks.add(new Mark(clock.instant(), Mark.Kind.ORDER, "", mode));
    steering().mode(mode);
  }

  /** Before the first change it is noted how things were. */
  private Steering steering() {
    if (pools.isEmpty()) {
      pools =
          subject
              .gateways()
              .getFirst()
              .pools()
              .map(found -> found.valueStream().toList())
              .orElse(List.of());
    }
    return new Steering(subject.gateways(), subject.adminToken());
  }

  private void steerBack() {
    if (pools.isEmpty()) {
      return;
    }
    Steering steering = steering();
    for (JsonNode pool : pools) {
      steering.mode(pool.path("mode").asString(""));
      for (JsonNode server : pool.path("servers")) {
        steering.change(
            server.path("id").asString(""),
            Map.of(
                "weight",
                server.path("weight").asInt(),
                "state",
                server.path("state").asString("")));
      }
    }
    pools = List.of();
  }

  /** Waits until the first gateway gives a server its whole weight. */
  public void awaitWholeWeight(Name server, Duration atMost) throws InterruptedException {
    await(
        () ->
            isTrue(
                server,
                one -> one.path("effectiveWeight").asInt(-1) == one.path("weight").asInt(0)),
        atMost,
        "%s does not have its whole weight".formatted(server));
  }

  /** Waits until the first gateway holds a server to be down. */
  public void awaitDown(Name server, Duration atMost) throws InterruptedException {
    await(
        () -> isTrue(server, one -> one.path("health").asString("").equals("DOWN")),
        atMost,
        "%s is not held to be down".formatted(server));
  }

  private boolean isTrue(Name server, Predicate<JsonNode> what) {
    return subject.gateways().getFirst().pools().stream()
        .flatMap(JsonNode::valueStream)
        .flatMap(pool -> pool.path("servers").valueStream())
        .anyMatch(one -> one.path("id").asString("").equals(server.toString()) && what.test(one));
  }

  private void await(BooleanSupplier condition, Duration atMost, String otherwise)
      throws InterruptedException {
    Instant deadline = clock.instant().plus(atMost);
    while (!condition.getAsBoolean()) {
      if (clock.instant().isAfter(deadline)) {
        throw new Problem("%s after %d s.".formatted(otherwise, atMost.toSeconds()));
      }
      Thread.sleep(GLANCE);
    }
  }

  /** For so long the requests are to be divided among the servers in this proportion. */
  public void watchDivision(Map<Name, Integer> weights, Duration length)
      throws InterruptedException {
    Map<String, Integer> byId = new TreeMap<>();
    weights.forEach((server, weight) -> byId.put(server.toString(), weight));
    Instant from = clock.instant();
    Thread.sleep(length);
    divisions.add(new Division(from, clock.instant(), byId));
  }

  List<Division> divisions() {
    return List.copyOf(divisions);
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
    await(
        () -> lag(name).filter(lag -> lag < CAUGHT_UP.toMillis()).isPresent(),
        atMost,
        "%s has not caught up".formatted(name));
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
    await(
        () -> subject.quarantined().containsKey(name.toString()),
        atMost,
        "The controllers have not noticed a write on %s alone".formatted(name));
    say("the controllers leave %s out".formatted(name));
  }

  /** Waits until some controller answers. */
  public void awaitController(Duration atMost) throws InterruptedException {
    await(() -> subject.topology().isPresent(), atMost, "No controller answers");
  }

  /** The processes that may be broken: nodes, controllers, web-apps. */
  public List<Name> all(Role role) {
    return subject.names().stream().filter(name -> name.role() == role).toList();
  }

  /** The gateways that can be taken away, one at a time. */
  public List<Name> spareGateways() {
    List<Name> spare = subject.spareGateways();
    if (spare.isEmpty()) {
      throw new Problem("No gateway can be spared; start the stack with `up --gateways 2`.");
    }
    return spare;
  }

  /** The two web-apps of a stack that has two: more would take their share, too. */
  public List<Name> bothWebApps() {
    List<Name> all = all(Role.WEB_APP);
    if (all.size() != 2) {
      throw new Problem(
          "There are %d web-apps (expected: 2); hold this drill without --here."
              .formatted(all.size()));
    }
    return all;
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
    steerBack();
  }
}
