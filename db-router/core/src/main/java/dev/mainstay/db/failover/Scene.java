package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All that a decision may rest on: one round of observations, the locks held, what was remembered
 * from earlier rounds, and the time.
 *
 * <p>The round must have been looked at after the answers to all earlier steps came, or were given
 * up together with the session; else what is half of a change would be taken for a state.
 *
 * @param locks of the nodes whose lock this controller's living session holds, and holds until the
 *     decision is no longer {@linkplain Decision#VALID valid}: since when, by the clock that dates
 *     the observations
 * @param killable the nodes that somebody can kill for us
 */
public record Scene(
    Roster roster,
    Policy policy,
    Map<NodeId, Observation> seen,
    Map<NodeId, Instant> locks,
    Set<NodeId> killable,
    Watch watch,
    Instant now) {

  /** The source cannot serve it: MariaDB, MySQL. */
  private static final Set<Integer> SOURCE_FATAL_ERROR = Set.of(1236, 13114);

  /** Access denied, and account locked: MySQL, MariaDB. */
  private static final Set<Integer> SHUT_OUT = Set.of(1045, 3118, 4151);

  public Scene {
    Map<NodeId, Observation> inOrder = new LinkedHashMap<>();
    for (NodeAddress node : roster.nodes()) {
      Observation observation = seen.get(node.id());
      if (observation == null) {
        throw new IllegalArgumentException("no observation of " + node.id());
      }
      inOrder.put(node.id(), observation);
    }
    seen = inOrder;
    locks = Map.copyOf(locks);
    killable = Set.copyOf(killable);
  }

  /** The observation of a node of this cluster that answered. */
  Optional<Reached> reached(NodeId id) {
    return seen.get(id) instanceof Reached node && roster.owns(node)
        ? Optional.of(node)
        : Optional.empty();
  }

  List<Reached> members() {
    return seen.values().stream()
        .filter(Reached.class::isInstance)
        .map(Reached.class::cast)
        .filter(roster::owns)
        .toList();
  }

  /** The newest record that counts; see {@link #record(Collection)}. */
  public Optional<EpochRecord> record() {
    return record(members());
  }

  /**
   * The newest record, but that a change of S counts only when its primary or one of its own S has
   * it: a replica that does not acknowledge may get it before it is in force.
   */
  static Optional<EpochRecord> record(Collection<Reached> members) {
    Comparator<EpochRecord> byEpoch = Comparator.comparingLong(EpochRecord::epoch);
    Optional<EpochRecord> newest =
        members.stream().flatMap(node -> node.epoch().stream()).max(byEpoch);
    return members.stream()
        .filter(node -> node.epoch().filter(e -> concerns(e, node)).isPresent())
        .flatMap(node -> node.epoch().stream())
        .filter(e -> e.primary().equals(newest.orElseThrow().primary()))
        .max(byEpoch)
        .or(() -> newest);
  }

  private static boolean concerns(EpochRecord epoch, Reached node) {
    NodeId id = node.address().id();
    return epoch.primary().equals(id) || epoch.ackers().contains(id);
  }

  /**
   * Whom the node is told to follow. That outlasts a restart, unlike whether its threads run, so it
   * is also a node's promise to an election; see {@link Rules#gap}.
   */
  Optional<NodeId> source(Reached node) {
    return node.replication().flatMap(this::source);
  }

  Optional<NodeId> source(ReplicaStatus status) {
    Optional<NodeId> byPlace =
        roster.nodes().stream()
            .filter(n -> n.host().equals(status.sourceHost()) && n.port() == status.sourcePort())
            .map(NodeAddress::id)
            .findFirst();
    return byPlace.or(
        () ->
            members().stream()
                .filter(n -> n.serverId() == status.sourceServerId())
                .map(n -> n.address().id())
                .findFirst());
  }

  boolean follows(Reached node, NodeId source) {
    return source(node).equals(Optional.of(source));
  }

  /** Whether it receives from this source now. */
  boolean hears(Reached node, NodeId source) {
    return follows(node, source)
        && node.replication().orElseThrow().io() == ReplicaStatus.Io.RUNNING;
  }

  List<Reached> members(Predicate<Reached> which) {
    return members().stream().filter(which).toList();
  }

  /**
   * Whether its source refuses to serve it: purged binary logs, or on MariaDB a history that parted
   * and that no comparison of positions can show. It will not change by trying again.
   */
  static boolean unservable(Reached node) {
    return node.replication()
        .filter(r -> r.io() == ReplicaStatus.Io.STOPPED)
        .flatMap(ReplicaStatus::ioFailure)
        .filter(failure -> SOURCE_FATAL_ERROR.contains(failure.code()))
        .isPresent();
  }

  /** Whether its source does not let it in. */
  static boolean shutOut(Reached node) {
    return node.replication()
        .filter(r -> r.io() == ReplicaStatus.Io.CONNECTING)
        .flatMap(ReplicaStatus::ioFailure)
        .filter(failure -> SHUT_OUT.contains(failure.code()))
        .isPresent();
  }

  /** Whether nothing has changed for so long but what nodes do by themselves. */
  boolean stillFor(Duration time) {
    return !now.isBefore(watch.stillSince().plus(time));
  }

  static String names(Collection<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).sorted().collect(Collectors.joining(", "));
  }
}
