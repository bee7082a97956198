package dev.mainstay.db.failover;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.failover.SimNode.Content;
import dev.mainstay.db.failover.SimNode.Tx;
import dev.mainstay.db.failover.SimNode.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * One schedule of faults over a cluster, its clients and two controllers, all of it a function of
 * the seed. After every event the invariants of FAILOVER.md are checked.
 */
final class Simulation {
  static final String CLUSTER = "sim";

  /** An invariant that does not hold. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String what;
    private final boolean unsafe;

    Broken(String what) {
      this(what, true);
    }

    private Broken(String what, boolean unsafe) {
      super(what);
      this.what = what;
      this.unsafe = unsafe;
    }

    /** What does not hold. */
    String what() {
      return what;
    }

    /** Whether something was done that must not be; else what must be done was not. */
    boolean unsafe() {
      return unsafe;
    }
  }

  private record Event(long at, long order, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private static final long SECOND = 1_000_000;
  private static final long NET_TIMEOUT = 4 * SECOND;
  private static final long HEALED = 90 * SECOND;

  private final SplittableRandom random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<String> trace = new ArrayList<>();
  private final boolean traced;
  private long order;
  long now;

  final List<SimNode> nodes = new ArrayList<>();
  final List<SimController> controllers = new ArrayList<>();
  final Roster roster;
  final Policy policy;
  final Set<NodeId> killable = new HashSet<>();
  private final Engine engine;
  private final boolean[][] cut;

  /** Whose applier lags. */
  private final boolean[] slow;

  /** One schedule in four is of primaries that come back while they are being replaced. */
  private final boolean returning;

  private boolean faulty = true;
  private int stepsLeft = -1;
  private Optional<Step> lostBefore = Optional.empty();
  private int uuids = 100;

  // What the checker knows.
  private final Set<Tx> acknowledged = new LinkedHashSet<>();
  private final Map<Tx, EpochRecord> acknowledgedUnder = new HashMap<>();
  private final Set<Long> forced = new HashSet<>();
  private Optional<EpochRecord> highest = Optional.empty();
  private int openings;

  private Simulation(long seed, Rules rules, boolean lockless, boolean traced) {
    this.random = new SplittableRandom(seed);
    this.traced = traced;
    this.engine = random.nextBoolean() ? Engine.MYSQL : Engine.MARIADB;
    int[] sizes = {2, 3, 3, 3, 5};
    int size = sizes[random.nextInt(sizes.length)];
    for (int i = 1; i <= size; i++) {
      nodes.add(new SimNode(engine, i));
    }
    this.policy =
        new Policy(
            random.nextInt(4) == 0 ? Durability.LOSSLESS : Durability.AVAILABLE,
            Duration.ofSeconds(1 + random.nextInt(4)),
            Duration.ofSeconds(2 + random.nextInt(6)),
            Duration.ofSeconds(1),
            false,
            50,
            Duration.ofSeconds(20));
    this.roster = new Roster(CLUSTER, engine, nodes.stream().map(n -> n.address).toList());
    if (random.nextBoolean()) {
      nodes.forEach(n -> killable.add(n.id()));
    }
    this.returning = seed % 4 == 3;
    this.slow = new boolean[size + 1];
    for (int i = 1; i <= size; i++) {
      slow[i] = returning || random.nextInt(4) == 0;
    }
    this.cut = new boolean[size + 3][size + 3];
    for (int i = 1; i <= 2; i++) {
      controllers.add(new SimController(this, rules, lockless, i));
    }
  }

  /**
   * Runs the schedule; throws {@link Broken}, with the trace in its message if it was asked for.
   */
  static Simulation run(long seed, Rules rules, boolean lockless, boolean traced) {
    Simulation sim = new Simulation(seed, rules, lockless, traced);
    try {
      sim.run();
    } catch (Broken e) {
      throw traced ? new Broken("%s%n%s".formatted(e.what(), sim.trace()), e.unsafe) : e;
    }
    return sim;
  }

  /**
   * Runs a schedule with one fault, the death of the primary, in which whoever leads then loses all
   * its locks right before a step.
   *
   * @param step which one of all steps that are begun after the fault, from 0
   * @return the step; empty if there were fewer
   */
  static Optional<Step> leaseLostBefore(int step, Engine engine, int size, boolean traced) {
    long seed = 0;
    Simulation sim;
    do {
      sim = new Simulation(seed++, Rules.STRICT, false, traced);
    } while (sim.engine != engine || sim.nodes.size() != size || sim.returning);
    try {
      sim.loseLease(step);
    } catch (Broken e) {
      throw traced ? new Broken("%s%n%s".formatted(e.what(), sim.trace()), e.unsafe) : e;
    }
    return sim.lostBefore;
  }

  private void loseLease(int step) {
    SimNode first = nodes.getFirst();
    begin();
    after(
        3 * SECOND,
        () -> {
          stepsLeft = step;
          crash(first);
          after(5 * SECOND, () -> boot(first));
        });
    play(12 * SECOND);
  }

  /** Asked before every step, whether the lease is lost right now. */
  boolean losesLease(Step step) {
    if (stepsLeft == 0) {
      trace(() -> "the lease is lost before " + step);
      lostBefore = Optional.of(step);
    }
    return stepsLeft-- == 0;
  }

  /** How often a node was opened. */
  int openings() {
    return openings;
  }

  String trace() {
    return String.join("\n", trace);
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  SimNode node(NodeId id) {
    return nodes.stream().filter(n -> n.id().equals(id)).findFirst().orElseThrow();
  }

  long random(long from, long to) {
    return random.nextLong(from, to);
  }

  void trace(Supplier<String> line) {
    if (traced) {
      trace.add("%10.4f  %s".formatted(now / 1e6, line.get()));
    }
  }

  // ---- Time and network

  void after(long delay, Runnable what) {
    events.add(new Event(now + delay, order++, what));
  }

  /** At a node, if it still is the same run of the server; later if it is paused. */
  void at(SimNode node, int run, long delay, Runnable what) {
    after(
        delay,
        () -> {
          if (!node.up || node.run != run) {
            return;
          }
          if (node.paused) {
            at(node, run, 20_000, what);
          } else {
            what.run();
          }
        });
  }

  /** Delivers late when the link is cut for a short time only, as TCP does, or never. */
  void send(int from, int to, int run, Runnable what) {
    long delay = random.nextInt(200) == 0 ? random(5_000, 300_000) : random(100, 2_000);
    deliver(from, to, run, delay, 0, what);
  }

  private void deliver(int from, int to, int run, long delay, int tries, Runnable what) {
    after(
        delay,
        () -> {
          if (to <= nodes.size()) {
            SimNode node = nodes.get(to - 1);
            if (!node.up || node.run != run) {
              return;
            }
          }
          boolean stuck = cut[from][to] || (to <= nodes.size() && nodes.get(to - 1).paused);
          if (!stuck) {
            what.run();
          } else if (tries < 40) {
            deliver(from, to, run, 200_000, tries + 1, what);
          }
        });
  }

  // ---- Replication

  private boolean linked(int a, int b) {
    return !cut[a][b] && !cut[b][a];
  }

  /** One step of a node's receiving thread. */
  void pump(SimNode r) {
    pump(r, r.run, 500);
  }

  private void pump(SimNode r, int run, long delay) {
    at(
        r,
        run,
        delay + random(0, 1_000),
        () -> {
          if (r.io && r.source != 0) {
            receive(r, run, nodes.get(r.source - 1));
          }
        });
  }

  private void receive(SimNode r, int run, SimNode p) {
    if (!r.connected) {
      if (p.up && !p.paused && linked(r.number, p.number)) {
        connect(r, p);
      }
      if (!r.connected) {
        if (r.io) {
          inVain(r, p);
          pump(r, run, SECOND / 2);
        }
        return;
      }
    }
    if (!p.up || p.run != r.sourceRun) {
      if (linked(r.number, p.number)) {
        r.disconnect();
        pump(r, run, 10_000);
        return;
      }
    }
    if (!p.up || p.run != r.sourceRun || p.paused || cut[p.number][r.number]) {
      if (r.stalledSince < 0) {
        r.stalledSince = now;
      }
      if (now - r.stalledSince > NET_TIMEOUT) {
        r.disconnect();
      }
      pump(r, run, 300_000);
      return;
    }
    r.stalledSince = -1;
    while (r.cursor < p.log.size() && r.holds(p.log.get(r.cursor))) {
      r.cursor++;
    }
    if (r.cursor >= p.log.size()) {
      return; // the source wakes it; what it need not be sent it does not acknowledge
    }
    Tx tx = p.log.get(r.cursor);
    if (r.maria() && tx.origin == r.uuid && !r.semiReplica) {
      r.ioError = SimNode.ER_SOURCE_FATAL;
      r.io = false;
      r.disconnect();
      return;
    }
    r.relay.add(tx);
    apply(r);
    if (r.agreed) {
      int end = r.cursor + 1;
      send(r.number, p.number, p.run, () -> ack(r.number, p, end));
    }
    pump(r, run, 0);
  }

  /** Refused at once, or not answered; a refusal for cause has told so itself. */
  private void inVain(SimNode r, SimNode p) {
    boolean answered = linked(r.number, p.number) && !p.paused;
    if (r.stalledSince < 0) {
      r.stalledSince = now;
    }
    if (answered ? !p.up : now - r.stalledSince > NET_TIMEOUT) {
      r.ioError = SimNode.CR_CONNECTION;
    }
  }

  private void connect(SimNode r, SimNode p) {
    r.ioError = p.shutsOut(r.number) ? SimNode.ER_ACCOUNT_LOCKED : 0;
    if (r.ioError != 0) {
      return;
    }
    Set<Tx> unknown = new LinkedHashSet<>(r.log);
    unknown.addAll(r.relay);
    unknown.removeAll(p.logged);
    boolean refused =
        switch (engine) {
          case MYSQL -> unknown.stream().anyMatch(tx -> tx.origin == p.uuid);
          case MARIADB -> !unknown.isEmpty();
        };
    if (refused) {
      r.ioError = SimNode.ER_SOURCE_FATAL;
      r.io = false;
      return;
    }
    r.connected = true;
    r.dropped = false;
    r.cursor = 0;
    r.sourceRun = p.run;
    r.agreed = r.semiReplica && (engine == Engine.MYSQL || p.semiSource);
    r.stalledSince = -1;
    trace(
        () -> "db-%d connects to db-%d%s".formatted(r.number, p.number, r.agreed ? ", acks" : ""));
    boolean office = !p.readOnly && p.epoch().equals(highest);
    boolean told = r.told;
    r.told = false;
    // It may have erred after it was looked at.
    if (office && told && !unknown.isEmpty() && now - r.erredAt > 2 * SECOND) {
      throw new Broken(
          "errant db-%d joins db-%d: it holds %s".formatted(r.number, p.number, unknown));
    }
  }

  void ack(int from, SimNode p, int end) {
    if (!p.semiSource) {
      return;
    }
    p.commit(
        end,
        position -> {
          Set<NodeId> s = p.epoch().map(EpochRecord::ackers).orElse(Set.of());
          if (!s.isEmpty() && !s.contains(nodes.get(from - 1).id())) {
            throw new Broken(
                "db-%d acknowledges %s of db-%d, but is not in %s"
                    .formatted(from, p.log.get(position - 1), p.number, s));
          }
        });
  }

  void apply(SimNode r) {
    at(
        r,
        r.run,
        slow[r.number] ? random(1_000, 300_000) : random(100, 2_000),
        () -> {
          if (!r.sql || r.relay.isEmpty()) {
            return;
          }
          r.append(r.relay.removeFirst());
          r.commit(r.log.size(), _ -> {});
          wake(r);
          apply(r);
        });
  }

  private void wake(SimNode p) {
    for (SimNode r : nodes) {
      if (r.up && r.connected && r.source == p.number) {
        pump(r);
      }
    }
  }

  // ---- Statements

  void write(SimNode p, Content content, boolean client, Runnable done) {
    p.originate(content);
    int end = p.log.size();
    p.waiting.add(new Waiting(end, client, done));
    if (!p.semiSource) {
      p.commit(end, _ -> {});
    }
    wake(p);
  }

  boolean commitEpoch(SimNode p, EpochRecord epoch, Runnable done) {
    boolean newer = p.pendingEpoch().filter(known -> known.epoch() >= epoch.epoch()).isPresent();
    if (newer) {
      return false;
    }
    write(p, new Content.Epoch(epoch), false, done);
    return true;
  }

  boolean close(SimNode p) {
    if (!p.waiting.isEmpty()) {
      return false;
    }
    p.readOnly = true;
    return true;
  }

  /** Whether a replica is connected that acknowledges. */
  boolean acked(SimNode p) {
    return nodes.stream().anyMatch(r -> r.up && r.connected && r.agreed && r.source == p.number);
  }

  boolean open(SimNode p) {
    EpochRecord epoch = p.epoch().orElseThrow(() -> new Broken(p + " opens without an epoch"));
    if (!epoch.primary().equals(p.id())) {
      throw new Broken("%s opens before it is on record".formatted(p));
    }
    if (highest.filter(h -> h.epoch() >= epoch.epoch() && !h.equals(epoch)).isPresent()) {
      throw new Broken("%s opens, but %s was before".formatted(p, highest.get()));
    }
    if (epoch.epoch() > 1000 && forced.add(epoch.epoch() / 1000)) {
      acknowledged.retainAll(p.logged); // the operator gave the rest up
    }
    for (Tx tx : acknowledged) {
      if (!p.logged.contains(tx)) {
        throw new Broken("%s opens without %s, which was acknowledged".formatted(p, tx));
      }
    }
    p.readOnly = false;
    highest = Optional.of(epoch);
    openings++;
    return true;
  }

  // ---- Clients

  private void client() {
    List<SimNode> open = nodes.stream().filter(n -> n.up && !n.paused && !n.readOnly).toList();
    if (!open.isEmpty()) {
      SimNode p = open.get(random.nextInt(open.size()));
      Tx[] tx = new Tx[1];
      boolean[] early = {false};
      write(
          p,
          new Content.Write(),
          true,
          () -> {
            early[0] = true;
            if (tx[0] != null) {
              acknowledge(p, tx[0]);
            }
          });
      tx[0] = p.log.getLast();
      if (early[0]) {
        acknowledge(p, tx[0]);
      }
    }
    after(random(20_000, faulty ? 150_000 : 600_000), this::client);
  }

  private void acknowledge(SimNode p, Tx tx) {
    acknowledged.add(tx);
    acknowledgedUnder.put(tx, p.epoch().orElseThrow());
  }

  // ---- Faults

  void kill(SimNode node) {
    if (node.up && killable.contains(node.id())) {
      crash(node);
      after(SECOND, () -> boot(node));
    }
  }

  private void crash(SimNode node) {
    trace(() -> "crash " + node);
    Set<Tx> had = new HashSet<>(node.logged);
    had.addAll(node.relay);
    had.retainAll(acknowledged);
    node.crash(random.nextInt(3) == 0 ? 1 : random.nextDouble());
    wake(node);
    if (node.maria()) {
      // With the primary's copy and those of S gone no rule could save it.
      had.removeIf(tx -> guarantors(tx).stream().anyMatch(n -> n.holds(tx)));
      acknowledged.removeAll(had);
    }
  }

  private Set<SimNode> guarantors(Tx tx) {
    Set<SimNode> guarantors = new HashSet<>(officers(highest.orElseThrow()));
    guarantors.addAll(officers(Objects.requireNonNull(acknowledgedUnder.get(tx))));
    return guarantors;
  }

  private Set<SimNode> officers(EpochRecord epoch) {
    Set<SimNode> officers = new HashSet<>();
    officers.add(node(epoch.primary()));
    epoch.ackers().forEach(id -> officers.add(node(id)));
    return officers;
  }

  private void boot(SimNode node) {
    if (!node.up) {
      node.up = true;
      node.startedAt = now;
      trace(() -> "boot " + node);
    }
  }

  private void fault() {
    if (!faulty) {
      return;
    }
    SimNode node = nodes.get(random.nextInt(nodes.size()));
    SimNode other = nodes.get(random.nextInt(nodes.size()));
    SimController controller = controllers.get(random.nextInt(2));
    long lasts = random.nextInt(3) == 0 ? random(SECOND, 15 * SECOND) : random(50_000, SECOND);
    SimNode primary = nodes.stream().filter(n -> n.up && !n.readOnly).findFirst().orElse(node);
    if (random.nextInt(3) == 0) {
      node = primary;
    }
    SimNode victim = node;
    switch (returning && random.nextBoolean() ? 12 : random.nextInt(14)) {
      case 0, 1, 2 -> {
        if (victim.up) {
          crash(victim);
          after(300_000 + lasts, () -> boot(victim));
        }
      }
      case 3 -> {
        if (victim.up && !victim.paused) {
          trace(() -> "pause " + victim);
          victim.paused = true;
          wake(victim);
          after(
              random.nextBoolean() ? lasts : random(3 * SECOND, 14 * SECOND),
              () -> {
                trace(() -> "resume " + victim);
                victim.paused = false;
                pump(victim);
              });
        }
      }
      case 4 -> {
        for (int i = 1; i <= nodes.size(); i++) {
          cut(victim.number, i, true, lasts);
        }
      }
      case 5 -> {
        for (int i = 1; i < cut.length; i++) {
          cut(victim.number, i, true, lasts);
        }
      }
      case 12 -> {
        // Long enough to be missed by its replicas, and back while it is being replaced.
        for (int i = 1; i < cut.length; i++) {
          long extra = i > nodes.size() ? 8 * SECOND : random(0, SECOND);
          cut(primary.number, i, true, NET_TIMEOUT + SECOND / 5 + extra);
        }
      }
      case 6 -> cut(victim.number, other.number, random.nextBoolean(), lasts);
      case 7, 8 -> cut(controller.place(), victim.number, random.nextBoolean(), lasts);
      case 9 -> {
        if (controller.alive) {
          trace(() -> "crash rt-" + controller.number);
          controller.crash();
          after(lasts, this::wakeControllers);
        }
      }
      case 10 -> {
        if (controller.alive && !controller.paused) {
          trace(() -> "pause rt-" + controller.number);
          controller.paused = true;
          after(lasts, () -> controller.paused = false);
        }
      }
      default -> {
        // A number that a MariaDB dropped, given out anew, is beyond what positions can tell.
        boolean errs = other.up && other.readOnly && !other.log.isEmpty() && !other.dropped;
        if (random.nextInt(6) == 0 && errs) {
          trace(() -> "errant write on " + other);
          other.originate(new Content.Write());
          other.erredAt = now;
          other.told = false;
          other.commit(other.log.size(), _ -> {});
          wake(other);
        } else {
          trace(() -> "switchover to " + other.id());
          for (SimController c : controllers) {
            c.target = Optional.of(other.id());
            c.deadline = now + 3 * SECOND;
          }
        }
      }
    }
    long calm = random.nextInt(3) == 0 ? 3 * SECOND : SECOND / 2;
    after(random(1_000, calm), this::fault);
  }

  private void wakeControllers() {
    for (SimController c : controllers) {
      if (!c.alive) {
        c.restart();
      }
    }
  }

  private void cut(int a, int b, boolean both, long lasts) {
    if (a == b) {
      return;
    }
    trace(() -> "cut %d %s %d".formatted(a, both ? "|" : "->", b));
    cut[a][b] = true;
    cut[b][a] |= both;
    nodes.forEach(this::pump);
    after(
        lasts,
        () -> {
          cut[a][b] = false;
          cut[b][a] = false;
        });
  }

  private void heal() {
    trace(() -> "heal");
    faulty = false;
    for (boolean[] row : cut) {
      Arrays.fill(row, false);
    }
    for (SimNode node : nodes) {
      node.paused = false;
      boot(node);
    }
    controllers.forEach(c -> c.paused = false);
    wakeControllers();
    after(15 * SECOND, this::rebuild);
    after(30 * SECOND, this::force);
    after(50 * SECOND, this::rebuild);
  }

  /** What an operator does when the rules refuse: the one that holds most is to have it. */
  private void force() {
    for (SimController c : controllers) {
      if (c.last.startsWith("Refused")) {
        c.over =
            nodes.stream()
                .flatMap(n -> n.epoch().stream())
                .mapToLong(EpochRecord::epoch)
                .max()
                .orElse(0);
        c.forced =
            nodes.stream()
                .filter(n -> n.readOnly)
                .max(Comparator.comparingInt((SimNode n) -> n.log.size()))
                .map(SimNode::id);
        trace(() -> "force " + c.forced);
      }
    }
  }

  /** What an operator does: a quarantined node becomes a copy of the primary. */
  private void rebuild() {
    // By its own record: a replica may show one that is not in force yet.
    Optional<SimNode> primary =
        nodes.stream()
            .filter(n -> n.epoch().filter(e -> e.primary().equals(n.id())).isPresent())
            .max(Comparator.comparingLong(n -> n.epoch().orElseThrow().epoch()));
    if (primary.isEmpty()) {
      return;
    }
    for (SimController c : controllers) {
      for (NodeId id : c.quarantined.keySet()) {
        SimNode bad = node(id);
        SimNode good =
            bad != primary.get()
                ? primary.get()
                : nodes.stream()
                    .filter(n -> n.readOnly && n.semiSource && n.source == 0)
                    .findFirst()
                    .orElse(bad);
        if (bad == good || bad.logged.equals(good.logged)) {
          continue;
        }
        trace(() -> "rebuild " + bad);
        bad.crash(1);
        bad.log = new ArrayList<>(good.log.subList(0, good.visible));
        bad.logged = new HashSet<>(bad.log);
        bad.visible = bad.log.size();
        bad.durable = bad.visible;
        bad.relay = new ArrayList<>();
        bad.source = 0;
        bad.uuid = engine == Engine.MYSQL ? uuids++ : bad.uuid;
        after(SECOND, () -> boot(bad));
      }
    }
  }

  // ---- The whole

  private void run() {
    begin();
    after(random(SECOND / 2, 3 * SECOND), this::fault);
    play(random(5 * SECOND, 30 * SECOND));
  }

  private void begin() {
    found();
    controllers.forEach(SimController::start);
    after(1, this::client);
  }

  /**
   * Until all is well again.
   *
   * @param faults when there are no more
   */
  private void play(long faults) {
    after(faults, this::heal);
    long end = faults + HEALED;
    int before = -1;
    long served = -1;
    while (now < end) {
      Event event = events.remove();
      now = event.at;
      event.what.run();
      check();
      if (!faulty && before < 0) {
        before = acknowledged.size();
      }
      boolean well = !faulty && now > faults + 20 * SECOND && healthy();
      if (well && served < 0) {
        served = acknowledged.size();
      }
      if (well && acknowledged.size() > served) {
        return;
      }
    }
    throw new Broken(
        "no writable primary %d s after all was healed: %s; last said %s"
            .formatted(HEALED / SECOND, nodes, controllers.stream().map(c -> c.last).toList()),
        false);
  }

  /** A primary is open, and all that is not quarantined follows it and is in S. */
  private boolean healthy() {
    Optional<SimNode> primary = highest.map(h -> node(h.primary()));
    return primary
        .filter(p -> !p.readOnly && p.up && p.epoch().orElseThrow().primary().equals(p.id()))
        .filter(
            p ->
                nodes.stream()
                    .allMatch(
                        r ->
                            r == p
                                || (r.connected
                                    && r.source == p.number
                                    && p.epoch().orElseThrow().ackers().contains(r.id()))
                                || isQuarantined(r)))
        .isPresent();
  }

  private boolean isQuarantined(SimNode r) {
    return controllers.stream().anyMatch(c -> c.quarantined.containsKey(r.id()));
  }

  /** The first epoch, as the set-up leaves it. */
  private void found() {
    SimNode first = nodes.getFirst();
    for (SimNode node : nodes) {
      node.startedAt = 0;
    }
    Set<NodeId> others = new HashSet<>();
    nodes.stream().skip(1).forEach(n -> others.add(n.id()));
    first.promote(false);
    first.originate(new Content.Write());
    commitEpoch(first, new EpochRecord(1, first.id(), others), () -> {});
    write(first, new Content.Beat(0), false, () -> {});
    first.promote(true);
    for (SimNode node : nodes.subList(1, nodes.size())) {
      node.log.addAll(first.log);
      node.logged.addAll(first.log);
      node.visible = node.log.size();
      node.durable = node.visible;
      node.follow(1, true);
      pump(node);
    }
    open(first);
    now = 1;
  }

  // ---- Invariants

  private void check() {
    int able = 0;
    for (SimNode p : nodes) {
      if (!p.up || p.readOnly) {
        continue;
      }
      Optional<EpochRecord> epoch = p.epoch();
      boolean alone =
          epoch.filter(e -> e.primary().equals(p.id()) && e.ackers().isEmpty()).isPresent();
      if (!p.semiSource && !alone) {
        throw new Broken("%s is open and waits for nobody".formatted(p));
      }
      boolean able1 = !p.semiSource;
      for (SimNode r : nodes) {
        able1 |=
            r.up
                && r.io
                && r.semiReplica
                && r.source == p.number
                && (r.connected || !p.shutsOut(r.number));
      }
      if (able1) {
        able++;
      }
    }
    if (able > 1) {
      throw new Broken("two nodes can obtain acknowledgements: " + nodes);
    }
  }
}
