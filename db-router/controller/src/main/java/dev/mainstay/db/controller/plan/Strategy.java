package dev.mainstay.db.controller.plan;

import static java.util.stream.Collectors.joining;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.failover.Course;
import dev.mainstay.db.failover.Course.Claim;
import dev.mainstay.db.failover.Decision;
import dev.mainstay.db.failover.Diagnosis;
import dev.mainstay.db.failover.Policy;
import dev.mainstay.db.failover.Rebuilding;
import dev.mainstay.db.failover.Rules;
import dev.mainstay.db.failover.Scene;
import dev.mainstay.db.failover.Step;
import dev.mainstay.db.failover.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a controller does with a cluster: it sets it up, then keeps a primary in office by the rules
 * of {@link Course}. It remembers between rounds only since when something lasts, and the {@link
 * Order} that is being carried out.
 *
 * <p>Used by one thread: {@link #observe} with each round, then {@link #claims} and {@link #next}.
 */
public final class Strategy {

  /** After this a switchover that has not come about is given up, and what it began undone. */
  static final Duration LATE = Duration.ofSeconds(5);

  /** So long a vacant office makes every look urgent. */
  private static final Duration URGENT = Duration.ofSeconds(15);

  /** A claim by the ackers alone gives way after this where a majority could be had. */
  private static final Duration MINORITY = Duration.ofSeconds(3);

  /**
   * The office is without a primary that is open.
   *
   * @param since when it was seen first
   */
  public record Vacancy(Instant since, String why) {}

  private final ClusterSpec spec;
  private final Policy policy;
  private final Set<NodeId> killable;
  private final String freshClusterId;

  private Membership membership;
  private Instant now;
  private Watch watch = Watch.NEW;
  private Instant unledSince;
  private boolean majorityBefore;
  private Optional<Vacancy> vacancy = Optional.empty();
  private Optional<Instant> minoritySince = Optional.empty();
  private Optional<Order> order = Optional.empty();
  private long over;
  private boolean begun;
  private List<String> losses = List.of();
  private Optional<Order.Outcome> outcome = Optional.empty();
  private final Set<NodeId> toRebuild = new HashSet<>();
  private Optional<Rebuilding.Possible> rebuild = Optional.empty();

  /**
   * @param killable the nodes that somebody can kill for us
   * @param freshClusterId the id that a cluster set up now would get
   */
  public Strategy(
      ClusterSpec spec, Policy policy, Set<NodeId> killable, String freshClusterId, Instant start) {
    this.spec = spec;
    this.policy = policy;
    this.killable = Set.copyOf(killable);
    this.freshClusterId = freshClusterId;
    this.now = start;
    this.unledSince = start;
    this.membership =
        Membership.of(
            spec,
            spec.nodes().stream()
                .<Observation>map(n -> new Observation.Unreachable(n, start, "not seen yet"))
                .toList());
  }

  /** One more round, whoever leads. */
  public void observe(Collection<Observation> seen, Instant at) {
    now = at;
    membership = Membership.of(spec, seen);
    watch = watch.after(membership.roster(), policy, membership.withoutStrangers(), now);
    Scene scene = scene(Map.of());
    Diagnosis diagnosis = Rules.STRICT.diagnose(scene);
    boolean majority = membership.reached() >= spec.majority();
    if (diagnosis instanceof Diagnosis.InOffice || !majority || !majorityBefore) {
      unledSince = now;
    }
    majorityBefore = majority;
    vacancy =
        switch (diagnosis) {
          case Diagnosis.Vacant d ->
              Optional.of(vacancy.orElseGet(() -> new Vacancy(now, d.why())));
          case Diagnosis.Closed _, Diagnosis.Unclear _ -> vacancy;
          case Diagnosis.InOffice _, Diagnosis.Unfounded _ -> Optional.empty();
        };
    if (order.filter(o -> o.at().plus(LATE).plus(LATE).isBefore(now)).isPresent()) {
      end(new Order.Outcome.Refused("it took too long, and was given up"));
    }
  }

  /** Whether the office is vacant, since when and why. */
  public Optional<Vacancy> vacancy() {
    return vacancy;
  }

  /** Whether whoever holds these locks, and has held them as long as told before, may lead. */
  public boolean claims(Collection<NodeId> locked) {
    Claim claim = Course.claim(membership.roster(), membership.eligible(), locked);
    return switch (claim) {
      case MAJORITY -> true;
      case ACKERS -> true;
      case NONE -> order.filter(o -> o.forced() && locked.contains(o.to())).isPresent();
    };
  }

  /**
   * Whether these locks, no majority, have been held so long that they are better let go, because
   * somebody else may hold the rest.
   */
  public boolean isStale(Collection<NodeId> locked) {
    boolean minority =
        Course.claim(membership.roster(), membership.eligible(), locked) == Claim.ACKERS;
    minoritySince = minority ? Optional.of(minoritySince.orElse(now)) : Optional.empty();
    boolean stale =
        minoritySince.filter(since -> since.plus(MINORITY).isBefore(now)).isPresent()
            && membership.reached() >= spec.majority();
    if (stale) {
      minoritySince = Optional.empty();
    }
    return stale;
  }

  /** Takes an order; it is refused if another one is being carried out. */
  public Optional<String> order(Order given) {
    if (order.isPresent()) {
      return Optional.of("a switchover to %s is under way".formatted(order.get().to()));
    }
    order = Optional.of(given);
    over = scene(Map.of()).record().map(EpochRecord::epoch).orElse(0L);
    begun = false;
    losses = List.of();
    return Optional.empty();
  }

  /** Whether an order has begun to be carried out, so that nobody else writes on the primary. */
  public boolean isMoving() {
    return order.isPresent() && begun;
  }

  /** What the order came to, once. */
  public Optional<Order.Outcome> outcome() {
    Optional<Order.Outcome> told = outcome;
    outcome = Optional.empty();
    return told;
  }

  /** Who leads no more carries nothing out. */
  public void retire(String why) {
    minoritySince = Optional.empty();
    if (order.isPresent()) {
      end(new Order.Outcome.Refused(why));
    }
  }

  /** What a fail-over forced upon this node would lose, one line each. */
  public List<String> losses(NodeId target) {
    return Course.losses(scene(Map.of()), target);
  }

  /**
   * Takes an order to rebuild a node, which is carried out when nothing else is to be done.
   *
   * @return from whom
   */
  public Rebuilding rebuild(NodeId node) {
    Rebuilding verdict = Rebuilding.of(scene(Map.of()), node);
    if (verdict instanceof Rebuilding.Possible) {
      toRebuild.add(node);
    }
    return verdict;
  }

  /** The node that is to be rebuilt now, by what {@link #next} saw. */
  public Optional<Rebuilding.Possible> rebuild() {
    return rebuild;
  }

  /** That a task succeeded. */
  public void did(Task task) {
    if (task instanceof Task.Turn(Step.TakeOffice _) && order.isEmpty() && vacancy.isPresent()) {
      watch = watch.failedOver(now);
    }
    if (task instanceof Task.Turn(Step.Vouch _)) {
      watch = watch.vouched(now);
    }
  }

  /** What one sees who does not lead: strangers, and what is missing. */
  public Plan look() {
    return new Plan(List.of(), membership.strangers(), missing(), isUrgent());
  }

  /**
   * What is to be done by who leads.
   *
   * @param locks of the nodes whose lock is held, since when
   * @param provisioned whether this controller has seen to schema and accounts in its life
   */
  public Plan next(Map<NodeId, Instant> locks, boolean provisioned) {
    rebuild = Optional.empty();
    Optional<String> missing = missing();
    Scene scene = scene(locks);
    boolean founded = scene.record().isPresent();
    if (missing.isPresent() && !founded) {
      return look();
    }
    if (membership.clusterIds().size() > 1) {
      return look();
    }
    if (!founded) {
      Duration vacant = Duration.between(unledSince, now);
      return complete(new SetUp(membership, vacant, provisioned, freshClusterId).next(), Map.of());
    }
    Decision decision = decide(scene);
    return switch (decision) {
      case Decision.Act act -> {
        List<Task> tasks = new ArrayList<>();
        if (act.steps().stream().allMatch(Step.LetIn.class::isInstance)) {
          // Who is not let in for its password is so only when its account has the right one again.
          tasks.addAll(provision(scene, provisioned));
        }
        act.steps().forEach(step -> tasks.add(new Task.Turn(step)));
        yield complete(new Plan(tasks, Map.of(), Optional.empty(), true), act.quarantined());
      }
      case Decision.Await await ->
          complete(
              new Plan(List.of(), Map.of(), Optional.of(await.why()), isUrgent()),
              await.quarantined());
      case Decision.Refused refused ->
          complete(new Plan(List.of(), Map.of(), Optional.of(refused.why()), false), Map.of());
      case Decision.Settled settled -> {
        rebuild = rebuild(scene, settled.quarantined().keySet());
        yield complete(
            new Plan(provision(scene, provisioned), Map.of(), Optional.empty(), false),
            settled.quarantined());
      }
    };
  }

  private Optional<Rebuilding.Possible> rebuild(Scene scene, Set<NodeId> quarantined) {
    toRebuild.retainAll(quarantined);
    return quarantined.stream()
        .filter(node -> policy.rebuild() || toRebuild.contains(node))
        .sorted()
        .map(node -> Rebuilding.of(scene, node))
        .filter(Rebuilding.Possible.class::isInstance)
        .map(Rebuilding.Possible.class::cast)
        .findFirst();
  }

  private boolean isUrgent() {
    return order.isPresent()
        || vacancy.filter(v -> v.since().plus(URGENT).isAfter(now)).isPresent();
  }

  private List<Task> provision(Scene scene, boolean provisioned) {
    EpochRecord record = scene.record().orElseThrow();
    NodeId primary = record.primary();
    boolean commits =
        membership.seen().get(primary) instanceof Reached node
            && (record.ackers().isEmpty() || node.semiSync().canBeAcknowledged());
    return provisioned || !commits
        ? List.of()
        : List.of(new Task.Provision(primary, "checked by a new leader"));
  }

  private Decision decide(Scene scene) {
    if (order.isEmpty()) {
      return Course.next(scene);
    }
    Order current = order.get();
    EpochRecord record = scene.record().orElseThrow();
    if (begun
        && record.primary().equals(current.to())
        && Rules.STRICT.diagnose(scene) instanceof Diagnosis.InOffice) {
      end(new Order.Outcome.Done(record.primary(), record.epoch(), losses));
      return Course.next(scene);
    }
    boolean late = current.at().plus(LATE).isBefore(now);
    Decision decision =
        current.forced()
            ? force(scene, current, record)
            : Course.switchover(scene, current.to(), late);
    switch (decision) {
      case Decision.Act _ -> begun = true;
      case Decision.Refused refused -> {
        end(new Order.Outcome.Refused(refused.why()));
        return Course.next(scene);
      }
      case Decision.Settled _ -> {
        if (late) {
          end(new Order.Outcome.Refused("it took too long, and was given up"));
        }
      }
      case Decision.Await _ -> {
        if (!begun) {
          // What it waits for is brought about by the general rules.
          return Course.next(scene);
        }
      }
    }
    return decision;
  }

  /** Once the record is there the general rules complete it. */
  private Decision force(Scene scene, Order current, EpochRecord record) {
    if (record.epoch() > over && record.primary().equals(current.to())) {
      return Course.next(scene);
    }
    losses = Course.losses(scene, current.to());
    return Course.force(scene, current.to(), over, begun);
  }

  private void end(Order.Outcome came) {
    outcome = Optional.of(came);
    order = Optional.empty();
  }

  /** With who does not belong, and with the cleaning of who may yet. */
  private Plan complete(Plan plan, Map<NodeId, String> quarantined) {
    Map<NodeId, String> refused = new LinkedHashMap<>(quarantined);
    refused.putAll(membership.strangers());
    List<Task> tasks = new ArrayList<>();
    membership
        .soiled()
        .forEach(
            node ->
                tasks.add(
                    new Task.MakeBlank(
                        node.address().id(), "it has transactions but no cluster id")));
    tasks.addAll(plan.tasks());
    return new Plan(tasks, refused, plan.waiting(), plan.urgent());
  }

  private Optional<String> missing() {
    int reached = membership.reached();
    if (membership.clusterIds().size() > 1) {
      return Optional.of(
          membership.clusterIds().stream()
              .collect(joining(", ", "the nodes belong to different clusters: ", "")));
    }
    return reached < spec.majority()
        ? Optional.of(
            "%d of %d nodes are reached, %d are needed"
                .formatted(reached, spec.nodes().size(), spec.majority()))
        : Optional.empty();
  }

  private Scene scene(Map<NodeId, Instant> locks) {
    return new Scene(
        membership.roster(), policy, membership.withoutStrangers(), locks, killable, watch, now);
  }
}
