package dev.mainstay.db.controller.plan;

import static java.util.stream.Collectors.joining;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.Observation.Unreachable;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Failure;
import dev.mainstay.db.ReplicaStatus.Io;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Decides what to do next with a cluster, from one round of observations.
 *
 * <p>A plan reaches only as far as what was seen allows; the next round, after the plan was done,
 * decides the rest. So there is no state between rounds that could be lost with a controller. From
 * blank nodes it takes three rounds:
 *
 * <pre>
 * 1  db-1, db-2, db-3 are blank           Found db-1
 * 2  db-1 has the cluster id              Follow db-2, Follow db-3
 * 3  db-2 and db-3 follow                 Open db-1 as epoch 1 with S = {db-2, db-3}, Provision
 * </pre>
 *
 * <p>The rules are those of FAILOVER.md. There is no election yet: an unreachable primary is waited
 * for. A primary that was restarted is read-only, so it has lost its office. It is opened again, in
 * a new epoch, once it holds all that the epoch acknowledged and its acker set S follows it:
 *
 * <ul>
 *   <li>MariaDB, started with {@code init-rpl-role=SLAVE}, drops from the tail of its binary log
 *       what it had not committed in the engine, though a replica may have acknowledged it. So all
 *       of S must be reached, and what any of them is ahead is fetched from there first. (Else the
 *       numbers of the lost transactions would be given out anew, and nobody could tell.) The
 *       record of the epoch itself may be in that tail.
 *   <li>MySQL commits what its binary log holds, so nothing is missing, and after the {@linkplain
 *       ClusterSpec#patience() patience} one member of S is enough, provided that a majority of all
 *       nodes is reached. That is safe as long as nothing elects another primary.
 * </ul>
 *
 * <p>S stays as recorded: an absent member is not taken out by this.
 */
public final class Planner {

  private static final int ACCESS_DENIED = 1045;

  private final ClusterSpec spec;
  private final Circumstances now;
  private final Map<NodeId, Reached> reached = new LinkedHashMap<>();
  private final Map<NodeId, Unreachable> unreachable = new LinkedHashMap<>();
  private final Map<NodeId, String> refused = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();

  private Planner(ClusterSpec spec, Collection<Observation> observations, Circumstances now) {
    this.spec = spec;
    this.now = now;
    Map<NodeId, Observation> byId = new HashMap<>();
    observations.forEach(o -> byId.put(o.address().id(), o));
    for (NodeAddress node : spec.nodes()) {
      switch (byId.get(node.id())) {
        case Reached r -> reached.put(node.id(), r);
        case Unreachable u -> unreachable.put(node.id(), u);
        case null -> throw new IllegalArgumentException("no observation of " + node.id());
      }
    }
  }

  /** What to do, given one observation of each of the spec's nodes. */
  public static Plan plan(
      ClusterSpec spec, Collection<Observation> observations, Circumstances now) {
    return new Planner(spec, observations, now).plan();
  }

  private Plan plan() {
    if (reached.size() < spec.majority()) {
      return waiting(
          "%d of %d nodes are reached, %d are needed"
              .formatted(reached.size(), spec.nodes().size(), spec.majority()));
    }
    Set<String> ids = clusterIds();
    if (ids.size() > 1) {
      return waiting("the nodes belong to different clusters: " + String.join(", ", ids));
    }
    Optional<String> clusterId = ids.stream().findFirst();
    refuseStrangers(clusterId);
    if (clusterId.isEmpty()) {
      return setUp();
    }
    Optional<EpochRecord> epoch = epoch();
    return epoch.isPresent() ? keep(epoch.get()) : finishSetUp();
  }

  // ---- Who belongs to the cluster

  /** The ids of this name that most nodes hold; several are a tie, which nobody here can break. */
  private Set<String> clusterIds() {
    Map<String, Integer> count = new TreeMap<>();
    for (Reached node : reached.values()) {
      node.clusterId().filter(spec::owns).ifPresent(id -> count.merge(id, 1, Integer::sum));
    }
    int most = count.values().stream().mapToInt(n -> n).max().orElse(0);
    Set<String> ids = new TreeSet<>(count.keySet());
    ids.removeIf(id -> count.getOrDefault(id, 0) < most);
    return ids;
  }

  private void refuseStrangers(Optional<String> clusterId) {
    Engine engine = engine(clusterId);
    Map<Long, NodeId> serverIds = new HashMap<>();
    for (Reached node : reached.values()) {
      NodeId id = node.address().id();
      NodeId twin = serverIds.putIfAbsent(node.serverId(), id);
      if (node.engine() != engine) {
        refuse(id, "runs %s, but the cluster runs %s".formatted(node.engine(), engine));
      } else if (node.clusterId().isPresent() && !node.clusterId().equals(clusterId)) {
        refuse(
            id,
            "belongs to cluster %s, not to %s"
                .formatted(node.clusterId().get(), clusterId.orElse("one named " + spec.name())));
      } else if (node.clusterId().isEmpty()
          && node.replication().isEmpty()
          && !node.executed().isEmpty()) {
        refuse(id, "has transactions but no cluster id, and only blank nodes are taken in");
        steps.add(new Step.MakeBlank(node.address(), "it has transactions but no cluster id"));
      } else if (twin != null) {
        refuse(id, "has the server id of %s, %d".formatted(twin, node.serverId()));
      }
    }
  }

  /** The engine of the cluster's members; of a blank cluster, the one that most nodes run. */
  private Engine engine(Optional<String> clusterId) {
    Map<Engine, Integer> count = new EnumMap<>(Engine.class);
    for (Reached node : reached.values()) {
      if (clusterId.isEmpty() || node.clusterId().equals(clusterId)) {
        count.merge(node.engine(), 1, Integer::sum);
      }
    }
    Engine most = reached.values().iterator().next().engine();
    for (Map.Entry<Engine, Integer> each : count.entrySet()) {
      if (each.getValue() > count.getOrDefault(most, 0)) {
        most = each.getKey();
      }
    }
    return most;
  }

  private List<Reached> eligible() {
    return reached.values().stream()
        .filter(node -> !refused.containsKey(node.address().id()))
        .toList();
  }

  // ---- From blank nodes to the first epoch

  private Plan setUp() {
    List<Reached> blank = eligible();
    if (blank.size() < spec.majority()) {
      return waiting(
          "%d of %d nodes are blank and reached, %d are needed to set the cluster up"
              .formatted(blank.size(), spec.nodes().size(), spec.majority()));
    }
    if (!unreachable.isEmpty() && isEarly()) {
      return waiting(
          "the cluster is set up with %d of %d nodes after %d s, unless %s is reached before"
              .formatted(
                  blank.size(),
                  spec.nodes().size(),
                  spec.patience().toSeconds(),
                  names(unreachable.keySet())));
    }
    steps.add(
        new Step.Found(
            blank.getFirst().address(),
            now.freshClusterId(),
            "%d of %d blank nodes are reached".formatted(blank.size(), spec.nodes().size())));
    return done();
  }

  /** The cluster has its id, but no epoch yet: its founder leads it to the first. */
  private Plan finishSetUp() {
    List<Reached> members = eligible();
    Optional<Reached> found =
        members.stream()
            .filter(node -> node.clusterId().isPresent() && node.replication().isEmpty())
            .findFirst();
    if (found.isEmpty()) {
      return waiting("the cluster is not set up yet, and its first node is not reached");
    }
    Reached founder = found.get();
    NodeId id = founder.address().id();
    if (!now.provisioned() && members.stream().noneMatch(m -> m.replication().isPresent())) {
      // Its founding, by a former leader, may have ended before the accounts were made.
      steps.add(new Step.Found(founder.address(), founder.clusterId().orElseThrow(), "resumed"));
    }
    Set<NodeId> followers = follow(founder, _ -> true, "joins the new cluster");
    boolean enough = followers.size() >= spec.majority() - 1;
    boolean all = followers.size() == spec.nodes().size() - 1;
    if (!enough || (!all && isEarly())) {
      return waitingUnlessBusy(
          "%d of %d replicas follow %s, which is opened as the first primary then"
              .formatted(followers.size(), spec.nodes().size() - 1, id));
    }
    steps.add(
        new Step.Open(
            founder.address(), new EpochRecord(1, id, followers), "the new cluster's first"));
    if (!now.provisioned()) {
      steps.add(new Step.Provision(founder.address(), "the cluster is new"));
    }
    return done();
  }

  // ---- A cluster with an epoch

  private Optional<EpochRecord> epoch() {
    return eligible().stream()
        .flatMap(node -> node.epoch().stream())
        .max((a, b) -> Long.compare(a.epoch(), b.epoch()));
  }

  private Plan keep(EpochRecord epoch) {
    NodeId office = epoch.primary();
    String title = "%s, the primary of epoch %d,".formatted(office, epoch.epoch());
    if (spec.node(office).isEmpty()) {
      return waiting(title + " is not among the configured nodes");
    }
    Unreachable absent = unreachable.get(office);
    if (absent != null) {
      return waiting("%s is unreachable: %s".formatted(title, absent.why()));
    }
    Reached primary = reached.get(office);
    if (primary == null || refused.containsKey(office)) {
      return waiting("%s %s".formatted(title, refused.get(office)));
    }
    if (primary.clusterId().isEmpty()) {
      return waiting(title + " has lost its data: it is blank");
    }
    Optional<Reached> ahead = primary.readOnly() ? ahead(primary) : Optional.empty();
    if (ahead.isPresent()) {
      return fetch(primary, ahead.get());
    }
    if (!primary.epoch().equals(Optional.of(epoch))) {
      return waiting(title + " does not know of this epoch, and nobody here can tell it");
    }
    for (Reached node : eligible()) {
      boolean other = !node.address().equals(primary.address());
      if (other && node.clusterId().isPresent() && !node.readOnly()) {
        steps.add(
            new Step.Close(node.address(), "%s holds epoch %d".formatted(office, epoch.epoch())));
      }
    }
    Set<NodeId> followers =
        follow(
            primary, epoch.ackers()::contains, "epoch %d is %s's".formatted(epoch.epoch(), office));
    if (primary.readOnly()) {
      return reopen(primary, epoch, followers);
    }
    tendAckers(primary, epoch, followers);
    if (!now.provisioned()) {
      steps.add(new Step.Provision(primary.address(), "checked by a new leader"));
    }
    return done();
  }

  /**
   * Has every eligible node follow the primary that can, and refuses those that must not.
   *
   * @return those that do already
   */
  private Set<NodeId> follow(Reached primary, Predicate<NodeId> isAcker, String why) {
    NodeAddress source = primary.address();
    Set<NodeId> followers = new TreeSet<>();
    for (Reached node : eligible()) {
      NodeId id = node.address().id();
      if (id.equals(source.id())) {
        continue;
      }
      GtidSet errant = node.lineage().errantAgainst(primary.lineage());
      if (!errant.isEmpty()) {
        refuse(id, "holds transactions that %s lacks: %s".formatted(source.id(), errant));
        continue;
      }
      boolean acker = isAcker.test(id);
      ReplicaStatus status = node.replication().orElse(null);
      if (status == null || !follows(status, source)) {
        steps.add(new Step.Follow(node.address(), source, acker, why));
      } else if (isPurged(status)) {
        refuse(id, "cannot follow %s: %s".formatted(source.id(), status.ioFailure().orElseThrow()));
      } else if (status.io() == Io.STOPPED || !status.applying()) {
        steps.add(new Step.Resume(node.address(), acker, reason(status, why)));
      } else if (status.io() == Io.CONNECTING
          && status.ioFailure().filter(f -> f.code() == ACCESS_DENIED).isPresent()) {
        steps.add(new Step.Follow(node.address(), source, acker, reason(status, why)));
      } else if (status.following()) {
        followers.add(id);
      }
    }
    return followers;
  }

  /** The source has thrown away the binary logs that the node would need. */
  private static boolean isPurged(ReplicaStatus status) {
    return status.io() == Io.STOPPED
        && status.ioFailure().filter(f -> f.message().contains("purged")).isPresent();
  }

  private static String reason(ReplicaStatus status, String otherwise) {
    return status.sqlFailure().or(status::ioFailure).map(Failure::toString).orElse(otherwise);
  }

  private static boolean follows(ReplicaStatus status, NodeAddress source) {
    return status.sourceHost().equals(source.host()) && status.sourcePort() == source.port();
  }

  /** The node of the cluster that holds most of what the restarted primary lacks. */
  private Optional<Reached> ahead(Reached primary) {
    return eligible().stream()
        .filter(node -> node.clusterId().isPresent() && !primary.executed().contains(node.held()))
        .filter(node -> node.lineage().errantAgainst(primary.lineage()).isEmpty())
        .max((a, b) -> Boolean.compare(a.held().contains(b.held()), b.held().contains(a.held())));
  }

  /** The primary gets what it lost from a replica; that applies what it received meanwhile. */
  private Plan fetch(Reached primary, Reached ahead) {
    NodeAddress source = ahead.address();
    String why =
        "%s holds transactions that it lost: %s"
            .formatted(source.id(), ahead.held().minus(primary.executed()));
    ReplicaStatus status = primary.replication().orElse(null);
    if (status == null || !follows(status, source)) {
      // As an acker, for only those of MariaDB take transactions of their own back.
      steps.add(new Step.Follow(primary.address(), source, true, why));
    } else if (status.io() == Io.STOPPED || !status.applying()) {
      steps.add(new Step.Resume(primary.address(), true, reason(status, why)));
    }
    if (ahead.replication().filter(own -> !own.applying()).isPresent()
        && !ahead.executed().contains(ahead.held())) {
      steps.add(new Step.Resume(source, true, "what it received is to be applied"));
    }
    return waitingUnlessBusy("%s fetches: %s".formatted(primary.address().id(), why));
  }

  /** The primary lost its office by a restart, and gets it back in a new epoch. */
  private Plan reopen(Reached primary, EpochRecord epoch, Set<NodeId> followers) {
    NodeId id = primary.address().id();
    Set<NodeId> missing = new TreeSet<>(epoch.ackers());
    missing.removeAll(followers);
    boolean none = !epoch.ackers().isEmpty() && missing.size() == epoch.ackers().size();
    if (none) {
      return waitingUnlessBusy(
          "%s is opened again when one of %s follows it".formatted(id, names(missing)));
    }
    boolean complete =
        switch (primary.engine()) {
          case MYSQL -> true;
          case MARIADB -> missing.stream().allMatch(reached::containsKey);
        };
    if (!complete) {
      return waitingUnlessBusy(
          "%s is opened again when %s is reached, which may hold what it lost"
              .formatted(id, names(missing)));
    }
    if (!missing.isEmpty() && isEarly()) {
      return waitingUnlessBusy(
          "%s is opened again after %d s, unless %s follows it before"
              .formatted(id, spec.patience().toSeconds(), names(missing)));
    }
    steps.add(
        new Step.Open(
            primary.address(),
            new EpochRecord(epoch.epoch() + 1, id, epoch.ackers()),
            "it was restarted, and holds all that epoch %d acknowledged".formatted(epoch.epoch())));
    return done();
  }

  /**
   * Semi-sync on at the primary and at exactly the members of S, and S grown by replicas that
   * caught up: first on record, then at the node. Only from an empty S the order is the reverse, so
   * that the record is acknowledged by the one that it names.
   */
  private void tendAckers(Reached primary, EpochRecord epoch, Set<NodeId> followers) {
    Set<NodeId> grown = new TreeSet<>(epoch.ackers());
    boolean alone = epoch.ackers().isEmpty();
    for (NodeId id : followers) {
      Reached replica = node(id);
      boolean member = epoch.ackers().contains(id);
      boolean caughtUp = !member && replica.executed().contains(primary.executed());
      boolean acknowledges = member || (alone && (caughtUp || replica.semiSync().replica()));
      if (caughtUp && (!alone || primary.semiSync().canBeAcknowledged())) {
        grown.add(id);
      }
      if (replica.semiSync().replica() != acknowledges) {
        steps.add(
            new Step.Acknowledge(
                replica.address(),
                acknowledges,
                acknowledges ? "it may acknowledge" : "it is not an acker on record"));
      }
    }
    boolean ackersReady = followers.stream().anyMatch(id -> node(id).semiSync().replica());
    if (!primary.semiSync().source() && (!alone || ackersReady)) {
      steps.add(new Step.GuardWrites(primary.address(), "every write needs an acknowledgement"));
    }
    if (!grown.equals(epoch.ackers())) {
      steps.add(
          new Step.RecordAckers(
              primary.address(),
              new EpochRecord(epoch.epoch() + 1, epoch.primary(), grown),
              "caught up"));
    }
  }

  // ---- Words

  private Reached node(NodeId id) {
    return Objects.requireNonNull(reached.get(id));
  }

  private void refuse(NodeId node, String why) {
    refused.put(node, why);
  }

  private boolean isEarly() {
    return now.vacant().compareTo(spec.patience()) < 0;
  }

  private static String names(Collection<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).sorted().collect(joining(", "));
  }

  private Plan waitingUnlessBusy(String why) {
    return steps.isEmpty() ? waiting(why) : done();
  }

  private Plan waiting(String why) {
    return new Plan(steps, refused, Optional.of(why));
  }

  private Plan done() {
    return new Plan(steps, refused, Optional.empty());
  }
}
