package dev.mainstay.db.router;

import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import dev.mainstay.db.engine.Credentials;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Hands out connections: for writes to the primary, for reads to the node that the {@link
 * ReadPolicy} prefers and that gives one.
 *
 * <p>A write that finds no primary waits for one ({@link Hold}), before anything of it was sent and
 * without a connection.
 *
 * <p>On a new epoch, when the primary changes, and when a node goes away, idle connections are
 * closed, and those in use when they are given back. Those in use by writes to a node that lost its
 * office are broken at once, and so are reads on a node that went away: they may hang on a stopped
 * process.
 */
public final class Router implements AutoCloseable {

  private static final Duration FIRST_LOOK = Duration.ofSeconds(3);

  private final TopologyMonitor monitor;
  private final ReadPolicy reads;
  private final RouterSettings settings;
  private final NodePools pools;
  private final AtomicLong turn = new AtomicLong(ThreadLocalRandom.current().nextInt(1 << 20));
  private final Map<Routed, LongAdder> routed = new ConcurrentHashMap<>();
  private final LongAdder writesWithoutPrimary = new LongAdder();
  private final LongAdder aborted = new LongAdder();
  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
  private final Hold hold;
  private final CausalReads causal;

  /** The highest epoch of a token that was not known here. */
  private final AtomicLong sought = new AtomicLong();

  /** What connections are counted by. */
  record Routed(NodeId node, Use use) {}

  /**
   * @param metrics where the pools report to, if anywhere
   */
  public Router(
      TopologyMonitor monitor,
      ReadPolicy reads,
      RouterSettings settings,
      @Nullable MetricsTrackerFactory metrics) {
    this.monitor = monitor;
    this.reads = reads;
    this.settings = settings;
    this.pools =
        new NodePools(
            settings.schema(),
            new Dial(
                settings.application(),
                settings.tls(),
                settings.pool().connectTimeout(),
                settings.pool().socketTimeout()),
            settings.pool(),
            new NodePools.Listener() {
              @Override
              public void unreachable(NodeAddress node, String why) {
                monitor.lost(node, why);
              }

              @Override
              public void doubtful(NodeAddress node) {
                monitor.doubt(node.id());
              }
            },
            metrics);
    this.hold = new Hold(monitor::writer, settings.heldWrites());
    this.causal = new CausalReads(settings.causalWait(), settings.pool().maximumReads());
    monitor.addListener(this::follow);
    monitor.onLook(hold::looked);
    monitor.onLook(() -> reads.looked(monitor.topology()));
  }

  private void follow(Topology before, Topology after) {
    if (!before.epoch().equals(after.epoch()) || !primaryId(before).equals(primaryId(after))) {
      pools.evictSoftly(node -> true);
      after.epoch().ifPresent(this::abortWritesOutOf);
    }
    if (!writerId(before).equals(writerId(after))) {
      writerId(before).ifPresent(this::boundWritesOn);
    }
    for (NodeState now : after.nodes()) {
      boolean wasAway =
          before.node(now.id()).filter(was -> was.role() == Role.UNREACHABLE).isPresent();
      boolean isAway = now.role() == Role.UNREACHABLE;
      if (isAway && !wasAway) {
        pools.away(now.id());
        abort(lease -> lease.use() == Use.READ && lease.node().equals(now.id()));
      } else if (wasAway && !isAway) {
        pools.back(now.id());
      }
    }
  }

  /**
   * Breaks writes on nodes that lost their office. A change of the acker set is a new epoch too,
   * but takes it from nobody.
   */
  private void abortWritesOutOf(EpochRecord epoch) {
    Optional<Instant> start = monitor.startedAt(epoch.primary());
    abort(
        lease ->
            lease.use() == Use.WRITE
                && (!lease.node().equals(epoch.primary())
                    || start
                        .filter(at -> at.getEpochSecond() - 1 > lease.run().latest())
                        .isPresent()));
  }

  /**
   * A node takes no writes any more: those on it that have a deadline are broken then, if they hang
   * still. The fate of those that have none is left to the socket's time-out.
   */
  private void boundWritesOn(NodeId node) {
    for (Lease lease : leases) {
      if (lease.node().equals(node) && lease.deadline().isPresent()) {
        long left = Math.max(0, lease.deadline().getAsLong() - System.nanoTime());
        CompletableFuture.delayedExecutor(
                left, TimeUnit.NANOSECONDS, work -> Thread.ofVirtual().start(work))
            .execute(
                () -> {
                  if (writerId(monitor.topology()).filter(node::equals).isEmpty()) {
                    abort(lease::equals);
                  }
                });
      }
    }
  }

  /** Breaks those of the connections in use. */
  void abort(Predicate<Lease> which) {
    for (Lease lease : leases) {
      if (which.test(lease)) {
        aborted.increment();
        lease.abort();
      }
    }
  }

  private static Optional<NodeId> writerId(Topology topology) {
    return topology.primary().filter(NodeState::writable).map(NodeState::id);
  }

  private static Optional<NodeId> primaryId(Topology topology) {
    return topology.primary().map(node -> node.address().id());
  }

  /**
   * A connection for {@code use}.
   *
   * @throws NoPrimaryException if it is for a write and there is no primary, nor comes one in time,
   *     or none of the connections to it is free in time
   * @throws NoReadableNodeException if it is for a read and no node gave one
   */
  public Connection connection(Use use) throws SQLException {
    awaitFirstLook();
    Attempt attempt = Attempt.current();
    // A replica's word decides nothing about a COMMIT in doubt, however the lookup asks.
    if (attempt != null && attempt.inDoubt() != null) {
      return forWrite(attempt);
    }
    return switch (use) {
      case READ -> forRead();
      case WRITE -> forWrite(attempt);
    };
  }

  /** Right after the start nothing is known of any node, which is not to say that there is none. */
  private void awaitFirstLook() throws SQLException {
    try {
      monitor.awaitFirstLook(FIRST_LOOK);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static SQLException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new SQLTransientConnectionException("interrupted while waiting for the nodes", e);
  }

  private Connection forWrite(@Nullable Attempt attempt) throws SQLException {
    long deadline =
        attempt == null ? System.nanoTime() + settings.hold().toNanos() : attempt.deadline();
    SQLException last = null;
    while (true) {
      if (last != null && isOverload(last) && System.nanoTime() - deadline >= 0) {
        throw new NoPrimaryException(
            "no connection to the primary was free in time: " + last.getMessage(), last);
      }
      NodeState primary = primary(deadline, attempt, last);
      try {
        Connection connection = writing(primary, attempt);
        if (connection != null) {
          return count(primary, Use.WRITE, connection);
        }
      } catch (SQLException e) {
        if (!isOverload(e) && !Failures.isLossOfNode((Throwable) e)) {
          throw e;
        }
        if (last != null) {
          e.addSuppressed(last);
        }
        last = e;
        // Whether the node is to blame is seen before anything else goes there.
        monitor.doubt(primary.id());
      }
    }
  }

  /** The pool had no connection to give, and no trouble to open one. */
  private static boolean isOverload(SQLException e) {
    return e instanceof SQLTransientConnectionException && e.getCause() == null;
  }

  /**
   * A connection to the primary on which a transaction can begin; null if the node lost its office
   * meanwhile.
   */
  private @Nullable Connection writing(NodeState primary, @Nullable Attempt attempt)
      throws SQLException {
    Connection pooled = pooled(primary, Use.WRITE);
    Lease lease = lease(pooled, primary, Use.WRITE, attempt, ofWrites(pooled));
    try {
      // Either it is among the leases before a change of office is seen, or the change is seen
      // here.
      if (writerId(monitor.topology()).filter(primary.id()::equals).isEmpty()) {
        lease.connection().close();
        return null;
      }
      SentCommit inDoubt = attempt == null ? null : attempt.inDoubt();
      if (attempt != null && inDoubt != null) {
        attempt.sees(sight(pooled, primary, inDoubt));
      }
      // What the transaction's begin sends anyway, sent here: a connection that has died is found
      // out before the first statement, and another is taken.
      if (TransactionSynchronizationManager.isActualTransactionActive()) {
        pooled.setAutoCommit(false);
      }
      if (attempt != null) {
        attempt.borrows(lease);
      }
      return lease.connection();
    } catch (SQLException | RuntimeException e) {
      lease.connection().close();
      throw e;
    }
  }

  private Lease.Progress ofWrites(Connection pooled) throws SQLException {
    CausalSession session = CausalSession.current();
    if (session == null) {
      return Lease.Progress.UNHEARD;
    }
    OwnGtids own;
    try {
      own = pools.own(pooled);
    } catch (SQLException e) {
      pooled.close();
      throw e;
    }
    own.forget();
    return new CausalProgress.OfWrites(session, pooled, engine(), own, this::epoch);
  }

  private Lease lease(
      Connection pooled,
      NodeState node,
      Use use,
      @Nullable Attempt attempt,
      Lease.Progress progress)
      throws SQLException {
    try {
      Lease lease =
          new Lease(
              pooled,
              node.id(),
              use,
              pools.run(pooled),
              NodePools.session(pooled),
              this::epoch,
              attempt == null ? OptionalLong.empty() : OptionalLong.of(attempt.deadline()),
              progress,
              leases::remove);
      leases.add(lease);
      return lease;
    } catch (SQLException | RuntimeException e) {
      pooled.close();
      throw e;
    }
  }

  private long epoch() {
    return epoch(monitor.topology());
  }

  private static long epoch(Topology topology) {
    return topology.epoch().map(EpochRecord::epoch).orElse(0L);
  }

  /** What there is to know of the primary before a COMMIT in doubt is looked up on it. */
  private SentCommit.Sight sight(Connection pooled, NodeState primary, SentCommit inDoubt)
      throws SQLException {
    long epoch = epoch();
    try (Statement statement = pooled.createStatement()) {
      boolean open;
      try (ResultSet row = statement.executeQuery("SELECT @@global.read_only")) {
        open = row.next() && row.getInt(1) == 0;
      }
      boolean hasSession = false;
      // An account sees its own sessions without any right.
      try (ResultSet rows = statement.executeQuery("SHOW PROCESSLIST")) {
        while (rows.next()) {
          hasSession |= rows.getLong("Id") == inDoubt.session();
        }
      }
      return new SentCommit.Sight(primary.id(), pools.run(pooled), epoch, open, hasSession);
    }
  }

  /** The node that takes writes, waited for until the deadline. */
  private NodeState primary(long deadline, @Nullable Attempt attempt, @Nullable SQLException last)
      throws SQLException {
    Hold.Outcome outcome;
    try {
      outcome = hold.await(deadline, attempt != null && attempt.inDoubt() != null);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    return switch (outcome) {
      case Hold.Outcome.Primary(NodeState node) -> node;
      case Hold.Outcome.TooLate() -> throw noPrimary("", last);
      case Hold.Outcome.Full() ->
          throw noPrimary(
              ", and %d writes wait for one already".formatted(settings.heldWrites()), last);
    };
  }

  private NoPrimaryException noPrimary(String more, @Nullable SQLException last) {
    writesWithoutPrimary.increment();
    String why = "no primary to write to%s: %s".formatted(more, describe(monitor.topology()));
    return last == null ? new NoPrimaryException(why) : new NoPrimaryException(why, last);
  }

  private Connection forRead() throws SQLException {
    TopologyMonitor.View view = monitor.view();
    Consistency consistency = ConsistentReads.current(settings.consistency());
    CausalSession session = consistency == Consistency.EVENTUAL ? null : CausalSession.current();
    CausalToken need = session == null ? null : session.need().orElse(null);
    if (session != null && need != null) {
      return forRead(view, consistency, session, need);
    }
    SQLException last = null;
    for (NodeState node : anyOf(view.topology(), consistency)) {
      if (isGone(node)) {
        continue;
      }
      try {
        Connection pooled = pooled(node, Use.READ);
        Lease lease = lease(pooled, node, Use.READ, null, Lease.Progress.UNHEARD);
        if (session != null && isUnleasedPrimary(node)) {
          session.stale();
        }
        return count(node, Use.READ, lease.connection());
      } catch (SQLException e) {
        last = joined(e, last);
      }
    }
    throw noReadableNode(last);
  }

  /** The same for a read that has to see something. */
  private Connection forRead(
      TopologyMonitor.View view, Consistency consistency, CausalSession session, CausalToken need)
      throws SQLException {
    boolean led = view.topology().primary().isPresent();
    long epoch = epoch(view.topology());
    SQLException last = null;
    for (CausalReads.Step step : steps(view, consistency, session, need)) {
      if (isGone(step.node())) {
        continue;
      }
      try {
        Connection pooled = pooled(step.node(), Use.READ);
        boolean primary = step.promise() == CausalReads.Promise.PRIMARY;
        Lease lease =
            lease(
                pooled,
                step.node(),
                Use.READ,
                null,
                new CausalProgress.OfReads(session, pooled, engine(), primary, epoch));
        if (shows(step, need, pooled, led, lease)) {
          causal.count(step.outcome());
          if (step.promise() == CausalReads.Promise.STALE) {
            session.stale();
          }
          return count(step.node(), Use.READ, lease.connection());
        }
      } catch (SQLException e) {
        last = joined(e, last);
      }
    }
    throw noReadableNode(last);
  }

  /** Whether the node shows what has to be seen; if not, its connection is given back. */
  private boolean shows(
      CausalReads.Step step, CausalToken need, Connection pooled, boolean led, Lease lease)
      throws SQLException {
    boolean shows = false;
    try {
      shows = causal.await(step, need, pooled, engine(), led);
      return shows;
    } finally {
      if (!shows) {
        lease.connection().close();
      }
    }
  }

  private List<CausalReads.Step> steps(
      TopologyMonitor.View view, Consistency consistency, CausalSession session, CausalToken need) {
    Topology topology = view.topology();
    long epoch = epoch(topology);
    boolean led = topology.primary().isPresent();
    boolean lost =
        need.epoch() <= epoch
            && view.office()
                .filter(office -> !office.lacksForGood(need.seen()).isEmpty())
                .isPresent();
    List<CausalReads.Step> steps =
        CausalReads.steps(
            reads.candidates(topology, turn.getAndIncrement()),
            topology.primary().map(node -> new CausalReads.Office(node, epoch, isLeased(node))),
            consistency == Consistency.PRIMARY,
            need,
            node -> !lost && causal.isWorthWaiting(node, led));
    // Somebody knows of a later epoch: it is looked for once, then at the usual interval.
    if (need.epoch() > epoch && sought.getAndAccumulate(need.epoch(), Math::max) < need.epoch()) {
      monitor.lookNow();
    }
    if (lost && steps.stream().noneMatch(s -> s.promise() == CausalReads.Promise.COVERED)) {
      session.lost();
    }
    // The sort is stable: first what shows all, and of each the nodes that are in doubt last.
    List<CausalReads.Step> order = new ArrayList<>(steps);
    order.sort(
        Comparator.<CausalReads.Step, Boolean>comparing(
                step -> step.promise() == CausalReads.Promise.STALE)
            .thenComparing(step -> monitor.isDoubtful(step.node().id())));
    return order;
  }

  private static SQLException joined(SQLException failure, @Nullable SQLException before) {
    if (before != null) {
      failure.addSuppressed(before);
    }
    return failure;
  }

  private NoReadableNodeException noReadableNode(@Nullable SQLException last) {
    return new NoReadableNodeException(
        "no node to read from: " + describe(monitor.topology()), last);
  }

  private List<NodeState> anyOf(Topology topology, Consistency consistency) {
    List<NodeState> order = new ArrayList<>(reads.candidates(topology, turn.getAndIncrement()));
    if (consistency == Consistency.PRIMARY && topology.primary().isPresent()) {
      order.removeIf(node -> node.role() == Role.PRIMARY);
      order.addFirst(topology.primary().get());
    }
    // The sort is stable. A node that a connection has just broken to comes last: others in the
    // pool are likely to be broken too.
    order.sort(
        Comparator.comparing(this::isUnleasedPrimary)
            .thenComparing(node -> monitor.isDoubtful(node.id())));
    return order;
  }

  private boolean isUnleasedPrimary(NodeState node) {
    return node.role() == Role.PRIMARY && !isLeased(node);
  }

  /**
   * Whether a controller had a write acknowledged on the primary lately. If not, it may have been
   * succeeded without this router's being able to see that.
   */
  private boolean isLeased(NodeState primary) {
    return primary
        .heartbeat()
        .filter(beat -> monitor.age(beat).compareTo(settings.primaryLease()) <= 0)
        .isPresent();
  }

  /** Whether a node became unreachable after the candidates were chosen. */
  private boolean isGone(NodeState node) {
    return monitor.topology().nodes().stream()
        .anyMatch(
            now ->
                now.address().id().equals(node.address().id()) && now.role() == Role.UNREACHABLE);
  }

  private Connection pooled(NodeState node, Use use) throws SQLException {
    return pools.connection(node.address(), engine(), use);
  }

  private Engine engine() {
    return monitor.topology().engine().orElse(Engine.MYSQL);
  }

  /**
   * A connection to the primary outside the pools, with another account: for migrations, which wait
   * for a primary in their own way.
   *
   * @param answer how long the server may take to answer one statement
   */
  public Connection directToPrimary(Credentials account, Duration answer) throws SQLException {
    NodeState primary = monitor.topology().primary().orElseThrow(() -> noPrimary("", null));
    try {
      return new Dial(account, settings.tls(), settings.pool().connectTimeout(), answer)
          .open(primary.address(), engine(), settings.schema());
    } catch (SQLException e) {
      if (Failures.isLostContact(e)) {
        monitor.lost(primary.address(), Failures.reason(e));
        throw new NoPrimaryException("no primary to write to: " + describe(monitor.topology()), e);
      }
      throw e;
    }
  }

  private Connection count(NodeState node, Use use, Connection connection) {
    routed
        .computeIfAbsent(new Routed(node.address().id(), use), key -> new LongAdder())
        .increment();
    return connection;
  }

  /** How many connections were handed out for this use to this node. */
  public long routed(NodeId node, Use use) {
    LongAdder count = routed.get(new Routed(node, use));
    return count == null ? 0 : count.sum();
  }

  /** The reads that had to see something. */
  public CausalReads causal() {
    return causal;
  }

  /** Whether the node has its share of the reads now, as the read policy has it. */
  public boolean isInRotation(NodeId node) {
    return reads.candidates(monitor.topology(), turn.get()).stream()
        .takeWhile(candidate -> candidate.role() != Role.PRIMARY)
        .anyMatch(candidate -> candidate.id().equals(node));
  }

  /** How many writes found no primary. */
  public long writesWithoutPrimary() {
    return writesWithoutPrimary.sum();
  }

  /** How many writes wait for a primary now. */
  public int heldWrites() {
    return hold.held();
  }

  /** How many writes have waited for a primary, whatever came of it. */
  public long releasedWrites() {
    return hold.releases();
  }

  /** How long those have waited together. */
  public double heldTime(TimeUnit unit) {
    return hold.total(unit);
  }

  /** How many connections in use were broken because their node lost its office or went away. */
  public long aborted() {
    return aborted.sum();
  }

  private static String describe(Topology topology) {
    return topology.nodes().stream()
        .map(
            node ->
                node.address().id().value()
                    + " is "
                    + node.role()
                    + (node.why().isBlank() ? "" : " (" + shortened(node.why()) + ")"))
        .collect(Collectors.joining(", "));
  }

  /** A server's words on why it cannot follow can be long. */
  private static String shortened(String why) {
    return why.length() <= 100 ? why : why.substring(0, 100) + " …";
  }

  NodePools pools() {
    return pools;
  }

  @Override
  public void close() {
    pools.close();
  }
}
