package dev.mainstay.db.controller.loop;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import dev.mainstay.db.controller.plan.Circumstances;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.controller.plan.Plan;
import dev.mainstay.db.controller.plan.Planner;
import dev.mainstay.db.controller.plan.Step;
import dev.mainstay.db.engine.NodeConnector;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop: look at all nodes, publish the picture, and, while this controller holds the lease, do
 * what the {@link Planner} says.
 *
 * <p>Several may run. One holds the {@link Lease} and leads; the others only look, and take over
 * when its sessions end.
 *
 * <p>Threads, all virtual: the loop; a hand that does one plan at a time, so that a node that hangs
 * in the middle of a step holds up neither the looking nor the picture; the heartbeat; the keeper
 * of the lease's sessions; one for each look at a node. Readers share the {@link Picture} only.
 */
public final class Controller implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Controller.class);

  private static final Duration CONNECT = Duration.ofSeconds(1);

  /** The longest answer to a look, or to the taking of a lock. */
  private static final Duration ANSWER = Duration.ofSeconds(1);

  /** The longest round: some more than a look. */
  private static final Duration ROUND = Duration.ofMillis(1200);

  private static final Duration FIRST_ROUND = Duration.ofSeconds(5);

  /** How long a heartbeat waits for its acknowledgement before it is given up. */
  private static final Duration BEAT = Duration.ofSeconds(30);

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

  private final ControllerSettings settings;
  private final ClusterSpec cluster;
  private final Clock clock;
  private final Rounds rounds;
  private final Lease lease;
  private final Heartbeat heartbeat;
  private final Actor actor;
  private final String freshClusterId;
  private final AtomicReference<Picture> picture;

  /** Released when there is a reason for a round before the interval is over. */
  private final Semaphore soon = new Semaphore(0);

  private final Thread loop;
  private final Thread keeper;
  private volatile boolean closed;

  // The loop's own.
  private final Journal journal = new Journal();
  private final Attempts attempts = new Attempts();
  private Instant vacantSince;
  private boolean majorityBefore;
  private Instant nextTry = Instant.MIN;
  private boolean leading;
  private Optional<Thread> hand = Optional.empty();

  // Written by the hand, read by the loop.
  private volatile boolean provisioned;
  private final Queue<Step> undone = new ConcurrentLinkedQueue<>();

  /** A controller that has not started. */
  public Controller(ControllerSettings settings, Clock clock) {
    this.settings = settings;
    this.cluster = settings.cluster();
    this.clock = clock;
    String lockName = Lease.lockName(cluster);
    NodeConnector connector = new NodeConnector(settings.own(), CONNECT, ANSWER);
    this.rounds =
        new Rounds(
            cluster.nodes().stream()
                .map(node -> new Probe(node, connector, lockName, clock))
                .toList(),
            ROUND,
            FIRST_ROUND);
    this.lease = new Lease(cluster, connector);
    this.heartbeat =
        new Heartbeat(new NodeConnector(settings.own(), CONNECT, BEAT), settings.id(), clock);
    this.actor = new Actor(settings, lease);
    this.freshClusterId = cluster.name() + "/" + UUID.randomUUID();
    this.vacantSince = clock.instant();
    this.picture = new AtomicReference<>(Picture.unknown(vacantSince));
    this.loop = Thread.ofVirtual().name("controller-" + settings.id()).unstarted(this::run);
    this.keeper = Thread.ofVirtual().name("lease-" + settings.id()).unstarted(this::keepLease);
  }

  /** Starts the controller, which is at work until it is closed. */
  public void start() {
    loop.start();
    keeper.start();
    heartbeat.start();
  }

  public String id() {
    return settings.id();
  }

  public ClusterSpec cluster() {
    return cluster;
  }

  /** What the last round showed. */
  public Picture picture() {
    return picture.get();
  }

  private void run() {
    while (!closed) {
      long began = System.nanoTime();
      try {
        round();
        long rest = settings.interval().toNanos() - (System.nanoTime() - began);
        if (soon.tryAcquire(Math.max(0, rest), TimeUnit.NANOSECONDS)) {
          soon.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        log.error("{}: a round failed", settings.id(), e);
      }
    }
  }

  private void keepLease() {
    while (!closed) {
      try {
        Thread.sleep(KEEP_ALIVE);
      } catch (InterruptedException e) {
        return;
      }
      lease.keepAlive();
    }
  }

  private void round() throws InterruptedException {
    // What was seen while the hand was at work is half of a change, and no ground for another.
    boolean idle = hand.isEmpty() || !hand.get().isAlive();
    List<Sighting> sightings = rounds.look();
    List<Observation> seen = sightings.stream().map(Sighting::observation).toList();
    Instant now = clock.instant();
    Topology topology = Topology.of(seen, now);
    boolean majority =
        seen.stream().filter(Reached.class::isInstance).count() >= cluster.majority();
    if (topology.primary().isPresent() || !majority || !majorityBefore) {
      vacantSince = now;
    }
    majorityBefore = majority;
    lead(sightings, now);
    Plan plan =
        Planner.plan(
            cluster,
            seen,
            new Circumstances(Duration.between(vacantSince, now), provisioned, freshClusterId));
    boolean led = sightings.stream().anyMatch(Sighting::locked);
    publish(seen, topology, plan, led, now);
    if (leading && idle && !plan.steps().isEmpty()) {
      for (Step step = undone.poll(); step != null; step = undone.poll()) {
        attempts.forget(step);
      }
      List<Step> possible =
          plan.steps().stream().filter(s -> lease.session(s.node().id()).isPresent()).toList();
      List<Step> due = attempts.due(possible, now);
      if (!due.isEmpty()) {
        hand =
            Optional.of(Thread.ofVirtual().name("hand-" + settings.id()).start(() -> perform(due)));
      }
    }
  }

  /** Seeks, keeps or gives up the lease. */
  private void lead(List<Sighting> sightings, Instant now) {
    List<Sighting> reached =
        sightings.stream().filter(s -> s.observation() instanceof Reached).toList();
    List<NodeAddress> nodes = reached.stream().map(s -> s.observation().address()).toList();
    if (lease.held()) {
      lease.seek(nodes);
    } else {
      lease.release();
      long free = reached.stream().filter(s -> !s.locked()).count();
      if (free >= cluster.majority() && !now.isBefore(nextTry) && !lease.seek(nodes)) {
        nextTry = now.plusMillis(ThreadLocalRandom.current().nextLong(100, 1000));
      }
    }
    if (lease.held() != leading) {
      leading = !leading;
      provisioned = false;
      attempts.clear();
      log.info("{} {}", settings.id(), leading ? "leads" : "leads no more: its locks are gone");
    }
  }

  /**
   * @param led whether some controller holds a lock, so that who wrote the heartbeat may be it
   */
  private void publish(
      List<Observation> seen, Topology observed, Plan plan, boolean led, Instant now) {
    Topology topology =
        new Topology(
            observed.engine(),
            observed.epoch(),
            observed.nodes().stream().map(node -> judged(node, plan.refused())).toList());
    Optional<NodeAddress> primary = topology.primary().map(NodeState::address);
    heartbeat.beatOn(leading ? primary : Optional.empty());
    Optional<String> leader =
        leading
            ? Optional.of(settings.id())
            : seen.stream()
                .filter(Reached.class::isInstance)
                .map(Reached.class::cast)
                .filter(node -> led && primary.equals(Optional.of(node.address())))
                .findFirst()
                .flatMap(Reached::leader);
    Picture next = new Picture(now, topology, leader, leading, plan.waiting());
    picture.set(next);
    journal.after(next).forEach(line -> log.info("{}", line));
  }

  /** A node that the planner refuses is no replica, whatever it looks like. */
  private static NodeState judged(NodeState node, Map<NodeId, String> refused) {
    String why = refused.get(node.id());
    if (why == null || node.role() == Role.PRIMARY) {
      return node;
    }
    Role role = node.role() == Role.REPLICA ? Role.QUARANTINED : node.role();
    return new NodeState(
        node.address(),
        role,
        false,
        Optional.empty(),
        node.gtid(),
        node.serverId(),
        node.heartbeat(),
        why);
  }

  /**
   * Does the steps: those of one node in order, up to the first that fails; the nodes in parallel.
   */
  private void perform(List<Step> steps) {
    Map<NodeId, List<Step>> byNode =
        steps.stream().collect(groupingBy(s -> s.node().id(), LinkedHashMap::new, toList()));
    List<Thread> threads = new ArrayList<>();
    byNode.forEach(
        (node, list) ->
            threads.add(Thread.ofVirtual().name("step-" + node).start(() -> inOrder(list))));
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      return;
    }
    soon.release();
  }

  private void inOrder(List<Step> steps) {
    for (Step step : steps) {
      if (!perform(step)) {
        return;
      }
    }
  }

  /** Does one step, if the lease is still held; true if it succeeded. */
  private boolean perform(Step step) {
    if (!lease.held()) {
      return false;
    }
    long began = System.nanoTime();
    String words = Actor.words(step);
    try {
      actor.act(step);
      provisioned |= step instanceof Step.Provision || step instanceof Step.Found;
      log.info("{}, {} ms", words, millisSince(began));
      return true;
    } catch (SQLException e) {
      if (lease.session(step.node().id()).isEmpty()) {
        undone.add(step); // its session was gone: it was not even begun, or the node is
      }
      log.warn("{} failed after {} ms: {}", words, millisSince(began), Reasons.inShort(e));
      return false;
    } catch (RuntimeException e) {
      log.error("{} failed after {} ms", words, millisSince(began), e);
      return false;
    }
  }

  private static long millisSince(long began) {
    return Duration.ofNanos(System.nanoTime() - began).toMillis();
  }

  /** Ends all threads and lets the locks go; the cluster stays as it is. */
  @Override
  public void close() {
    closed = true;
    loop.interrupt();
    keeper.interrupt();
    heartbeat.close();
    lease.close();
    rounds.close();
  }
}
