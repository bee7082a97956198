package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import dev.mainstay.db.controller.loop.Event.Kind;
import dev.mainstay.db.controller.loop.Event.News;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.controller.plan.Plan;
import dev.mainstay.db.controller.plan.Strategy;
import dev.mainstay.db.controller.plan.Task;
import dev.mainstay.db.engine.NodeConnector;
import dev.mainstay.db.failover.Step;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop: look at all nodes, publish the picture, and, while this controller leads, do what the
 * {@link Strategy} says.
 *
 * <p>Several may run. One holds the locks of enough nodes ({@link Lease}) and leads; the others
 * only look, and take over when its sessions end.
 *
 * <p>Threads, all virtual: the loop; the {@link Hand}; the heartbeat; the keeper of the lease's
 * sessions; one for each look at a node. Readers share the {@link Picture} only.
 */
public final class Controller implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Controller.class);

  private static final Duration CONNECT = Duration.ofSeconds(1);

  /** The longest answer to a look, or to the taking of a lock. */
  private static final Duration ANSWER = Duration.ofSeconds(1);

  /** The longest round: some more than a look. */
  private static final Duration ROUND = Duration.ofMillis(1200);

  private static final Duration FIRST_ROUND = Duration.ofSeconds(5);

  /** Between two looks while the site waits. */
  private static final Duration URGENT = Duration.ofMillis(20);

  /** How long a heartbeat waits for its acknowledgement before it is given up. */
  private static final Duration BEAT = Duration.ofSeconds(30);

  /** So often an idle session that holds a lock gives a sign of life. */
  static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

  private final ControllerSettings settings;
  private final ClusterSpec cluster;
  private final Clock clock;
  private final Rounds rounds;
  private final Lease lease;
  private final Heartbeat heartbeat;
  private final Hand hand;
  private final Rebuilder rebuilder;
  private final Events events;
  private final Orders orders;
  private final AtomicReference<Picture> picture;

  /** Released when there is a reason for a round before the interval is over. */
  private final Semaphore soon = new Semaphore(0);

  private final Thread loop;
  private final Thread keeper;
  private volatile boolean closed;

  // The loop's own.
  private final Strategy strategy;
  private final Journal journal = new Journal();
  private final Attempts attempts = new Attempts();
  private Instant nextTry = Instant.MIN;
  private Duration rest;
  private boolean leading;

  /** Once in a life: its settings do not change, and statements that are no transactions cost. */
  private boolean provisioned;

  private Plan plan = new Plan(List.of(), Map.of(), Optional.empty(), false);

  /** A controller that has not started. */
  public Controller(ControllerSettings settings, Clock clock) {
    this.settings = settings;
    this.cluster = settings.cluster();
    this.clock = clock;
    this.rest = settings.interval();
    String lockName = Lease.lockName(cluster);
    Reach reach = new Reach(new NodeConnector(settings.own(), CONNECT, ANSWER), settings.links());
    this.rounds =
        new Rounds(
            cluster.nodes().stream()
                .map(node -> new Probe(node, cluster.nodes(), reach, lockName, clock))
                .toList(),
            ROUND,
            FIRST_ROUND);
    this.lease = new Lease(cluster, reach, clock);
    this.heartbeat =
        new Heartbeat(
            new Reach(new NodeConnector(settings.own(), CONNECT, BEAT), settings.links()),
            settings.id(),
            clock);
    this.events = new Events(settings.id(), clock);
    this.hand = new Hand(new Actor(settings, lease, reach, clock), events, soon::release);
    this.rebuilder = new Rebuilder(settings, lease, events);
    this.orders = new Orders(clock, soon::release);
    Instant start = clock.instant();
    Set<NodeId> killable =
        settings.control().isAble()
            ? cluster.nodes().stream().map(NodeAddress::id).collect(Collectors.toSet())
            : Set.of();
    this.strategy =
        new Strategy(
            cluster, settings.policy(), killable, cluster.name() + "/" + UUID.randomUUID(), start);
    this.picture = new AtomicReference<>(Picture.unknown(start));
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

  /** Whether nodes that hold what nobody acknowledged are rebuilt without being asked. */
  public boolean rebuilds() {
    return settings.policy().rebuild();
  }

  /** What the last round showed. */
  public Picture picture() {
    return picture.get();
  }

  /** What changes. */
  public Events events() {
    return events;
  }

  /** Where a person asks for another primary. */
  public Orders orders() {
    return orders;
  }

  private void run() {
    while (!closed) {
      long began = System.nanoTime();
      try {
        rest = settings.interval();
        round();
        long left = rest.toNanos() - (System.nanoTime() - began);
        if (soon.tryAcquire(Math.max(0, left), TimeUnit.NANOSECONDS)) {
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
    boolean idle = hand.isIdle();
    takeResults();
    long looked = System.nanoTime();
    List<Sighting> sightings = rounds.look();
    List<Observation> seen = sightings.stream().map(Sighting::observation).toList();
    Instant now = clock.instant();
    strategy.observe(seen, now);
    // What was seen before a lock was taken counts for nothing, so the next look follows at once.
    boolean taken = idle && lead(sightings, now);
    orders.take(strategy, leading, picture.get().leader(), events);
    if (!leading) {
      plan = strategy.look();
    } else if (idle && !taken) {
      plan = strategy.next(lease.firmLocks(), provisioned);
    }
    publish(sightings, now, looked);
    orders.answer(strategy, events);
    if (leading && idle && !taken) {
      List<Task> due = attempts.due(possible(plan.tasks()), now);
      if (!due.isEmpty()) {
        hand.begin(due, looked);
      }
      strategy.rebuild().ifPresent(rebuilder::begin);
    }
    // A hand at work wakes the loop when it is done; to look more often would only hold it up.
    if (taken) {
      rest = Duration.ZERO;
    } else if (plan.urgent() && hand.isIdle()) {
      rest = URGENT;
    }
  }

  private void takeResults() {
    for (Hand.Result result : hand.results()) {
      Task task = result.task();
      if (!result.begun()) {
        attempts.forget(task);
      }
      if (result.succeeded()) {
        provisioned |= task instanceof Task.Provision || task instanceof Task.Found;
        strategy.did(task);
      }
    }
  }

  private List<Task> possible(List<Task> tasks) {
    Set<NodeId> held = lease.locks();
    return tasks.stream()
        .filter(t -> !rebuilder.isAt(t.node()))
        .filter(t -> held.contains(t.node()) || t instanceof Task.Turn(Step.Kill _))
        .toList();
  }

  /**
   * Seeks, keeps or gives up the locks.
   *
   * @return whether any was taken
   */
  private boolean lead(List<Sighting> sightings, Instant now) {
    Set<NodeId> held = lease.locks();
    List<NodeAddress> free =
        sightings.stream()
            .filter(s -> s.observation() instanceof Reached && !s.locked())
            .map(s -> s.observation().address())
            .filter(node -> !held.contains(node.id()))
            .toList();
    Set<NodeId> attainable = new HashSet<>(held);
    free.forEach(node -> attainable.add(node.id()));
    boolean taken = false;
    boolean tries = leading || !now.isBefore(nextTry);
    if (tries && strategy.claims(attainable)) {
      taken = lease.seek(free);
    }
    Set<NodeId> locked = lease.locks();
    boolean leads = strategy.claims(locked) && !strategy.isStale(locked);
    if (!leads && !locked.isEmpty()) {
      lease.release();
      nextTry = now.plusMillis(ThreadLocalRandom.current().nextLong(100, 1000));
    }
    if (leads != leading) {
      leading = leads;
      attempts.clear();
      if (!leads) {
        strategy.retire("%s leads no more".formatted(settings.id()));
      }
      String words = leads ? "leads" : "leads no more: its locks are gone";
      events.tell(News.of(Kind.LEADER, settings.id() + " " + words));
    }
    return taken && leads;
  }

  private void publish(List<Sighting> sightings, Instant now, long looked) {
    List<Observation> seen = sightings.stream().map(Sighting::observation).toList();
    Topology observed = Topology.of(seen, now);
    Topology topology =
        new Topology(
            observed.engine(),
            observed.epoch(),
            observed.nodes().stream().map(node -> judged(node, seen)).toList());
    Optional<NodeAddress> primary = topology.primary().map(NodeState::address);
    heartbeat.beatOn(leading && !strategy.isMoving() ? primary : Optional.empty(), looked);
    // Who wrote the heartbeat leads, if some controller holds a lock.
    boolean led = sightings.stream().anyMatch(Sighting::locked);
    Optional<String> leader =
        leading
            ? Optional.of(settings.id())
            : seen.stream()
                .filter(Reached.class::isInstance)
                .map(Reached.class::cast)
                .filter(node -> led && primary.equals(Optional.of(node.address())))
                .findFirst()
                .flatMap(Reached::leader);
    Picture next = new Picture(now, topology, leader, leading, strategy.vacancy(), plan.waiting());
    picture.set(next);
    journal.after(next).forEach(events::tell);
  }

  /**
   * A node that is refused is no replica, whatever it looks like. One whose password its source
   * does not take is told so in place of the server's own words, which count its attempts.
   */
  private NodeState judged(NodeState node, List<Observation> seen) {
    if (node.role() == Role.PRIMARY) {
      return node;
    }
    String refused = rebuilder.words(node.id()).orElse(plan.refused().get(node.id()));
    if (refused != null) {
      Role role = node.role() == Role.REPLICA ? Role.QUARANTINED : node.role();
      return judged(node, role, Optional.empty(), refused);
    }
    return seen.stream()
        .filter(Reached.class::isInstance)
        .map(Reached.class::cast)
        .filter(each -> node.role() == Role.REPLICA && each.address().equals(node.address()))
        .flatMap(each -> Reasons.why(each).stream())
        .findFirst()
        .map(denied -> judged(node, node.role(), node.lag(), denied))
        .orElse(node);
  }

  private static NodeState judged(NodeState node, Role role, Optional<Duration> lag, String why) {
    return new NodeState(
        node.address(),
        role,
        false,
        lag,
        node.gtid(),
        node.errant(),
        node.serverId(),
        node.heartbeat(),
        why);
  }

  /** Ends all threads and lets the locks go; the cluster stays as it is. */
  @Override
  public void close() {
    closed = true;
    loop.interrupt();
    keeper.interrupt();
    heartbeat.close();
    rebuilder.close();
    lease.close();
    rounds.close();
  }
}
