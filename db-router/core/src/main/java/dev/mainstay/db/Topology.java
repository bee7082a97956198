package dev.mainstay.db;

import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.Observation.Unreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The cluster as one round of observations shows it: a pure function of what the nodes said.
 *
 * <p>The cluster is that of most reached nodes (between equally many, the one with the highest
 * epoch). The epoch in force is the highest that any of its nodes has executed. Its primary is
 * {@code PRIMARY} only if that node is open; any other open node is {@code STALE_PRIMARY}. Should
 * two nodes know different records of the same epoch, which the controllers' locks exclude, nobody
 * is primary until a person has looked.
 *
 * <p>Lag of a replica is 0 when it has executed all that the primary had executed in the same
 * round, else the age of the newest heartbeat that it has executed: an upper bound, for heartbeats
 * come in intervals. Of a replica whose applier stands still it is unknown.
 *
 * @param engine of the cluster; empty while no node was reached
 * @param epoch in force; empty before the cluster was set up, while no node was reached, and on a
 *     conflict
 * @param nodes in the order of the observations
 */
public record Topology(
    Optional<Engine> engine, Optional<EpochRecord> epoch, List<NodeState> nodes) {

  public Topology {
    nodes = List.copyOf(nodes);
  }

  /** Nothing is known yet. */
  public static Topology unknown() {
    return new Topology(Optional.empty(), Optional.empty(), List.of());
  }

  public static Topology of(Collection<? extends Observation> observations, Instant now) {
    Set<NodeId> seen = new HashSet<>();
    for (Observation observation : observations) {
      if (!seen.add(observation.address().id())) {
        throw new IllegalArgumentException(
            "node %s is observed twice (expected: once a round)"
                .formatted(observation.address().id()));
      }
    }
    Cluster cluster = Cluster.of(observations);
    return new Topology(
        cluster.engine,
        cluster.epoch,
        observations.stream()
            .map(
                observation ->
                    switch (observation) {
                      case Reached reached -> cluster.place(reached, now);
                      case Unreachable lost -> unreachable(lost);
                    })
            .toList());
  }

  /** The current epoch's primary, if it is open. */
  public Optional<NodeState> primary() {
    return nodes.stream().filter(node -> node.role() == Role.PRIMARY).findFirst();
  }

  public List<NodeState> replicas() {
    return nodes.stream().filter(node -> node.role() == Role.REPLICA).toList();
  }

  public Optional<NodeState> node(NodeId id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
  }

  /** The node that says this {@code @@server_id} of itself. */
  public Optional<NodeState> nodeOfServer(long serverId) {
    return nodes.stream()
        .filter(node -> node.serverId().isPresent() && node.serverId().getAsLong() == serverId)
        .findFirst();
  }

  private static NodeState unreachable(Unreachable lost) {
    return new NodeState(
        lost.address(),
        Role.UNREACHABLE,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        lost.why());
  }

  /** What the nodes agree on, and by it the place of each. */
  private record Cluster(
      Optional<Engine> engine,
      Optional<String> id,
      Optional<EpochRecord> epoch,
      boolean conflict,
      List<Reached> reached) {

    static Cluster of(Collection<? extends Observation> observations) {
      List<Reached> reached =
          observations.stream().filter(Reached.class::isInstance).map(Reached.class::cast).toList();
      Optional<String> id = mostly(reached, Reached::clusterId);
      List<Reached> members =
          reached.stream().filter(node -> id.isPresent() && node.clusterId().equals(id)).toList();
      Optional<Engine> engine =
          mostly(members.isEmpty() ? reached : members, node -> Optional.of(node.engine()));
      long highest = members.stream().mapToLong(Cluster::epochOf).max().orElse(0);
      Set<EpochRecord> newest =
          members.stream()
              .flatMap(node -> node.epoch().stream())
              .filter(epoch -> epoch.epoch() == highest)
              .collect(Collectors.toSet());
      Optional<EpochRecord> epoch =
          newest.size() == 1 ? newest.stream().findFirst() : Optional.empty();
      return new Cluster(engine, id, epoch, newest.size() > 1, reached);
    }

    private static long epochOf(Reached node) {
      return node.epoch().map(EpochRecord::epoch).orElse(0L);
    }

    /** What most nodes say; between equally many, what the one with the highest epoch says. */
    private static <T> Optional<T> mostly(
        List<Reached> nodes, Function<Reached, Optional<T>> says) {
      Map<T, Integer> votes = new HashMap<>();
      Map<T, Long> epochs = new HashMap<>();
      for (Reached node : nodes) {
        says.apply(node)
            .ifPresent(
                said -> {
                  votes.merge(said, 1, Integer::sum);
                  epochs.merge(said, epochOf(node), Math::max);
                });
      }
      return nodes.stream()
          .flatMap(node -> says.apply(node).stream())
          .distinct()
          .max(
              Comparator.<T>comparingInt(said -> Objects.requireNonNull(votes.get(said)))
                  .thenComparingLong(said -> Objects.requireNonNull(epochs.get(said))));
    }

    NodeState place(Reached node, Instant now) {
      if (!engine.equals(Optional.of(node.engine()))) {
        return quarantined(
            node,
            "runs %s in a cluster of %s"
                .formatted(node.engine(), engine.map(Engine::name).orElse("no engine")));
      }
      if (node.clusterId().isPresent() && !node.clusterId().equals(id)) {
        return quarantined(
            node,
            "is of cluster %s (expected: %s)"
                .formatted(node.clusterId().orElseThrow(), id.orElse("none")));
      }
      if (!node.readOnly()) {
        return open(node);
      }
      if (node.clusterId().isEmpty() && node.replication().isEmpty()) {
        return quarantined(
            node,
            node.executed().isEmpty()
                ? "is blank"
                : "has executed %s but is of no cluster".formatted(node.executed()));
      }
      Optional<GtidSet> errant = errant(node);
      if (errant.isPresent()) {
        String why = "is errant: the primary lacks %s".formatted(errant.get());
        return notFollowing(node, Role.QUARANTINED, errant, why);
      }
      return new NodeState(
          node.address(),
          Role.REPLICA,
          false,
          lag(node, now),
          Optional.of(node.executed()),
          Optional.empty(),
          OptionalLong.of(node.serverId()),
          node.heartbeat(),
          named(node) ? "is named by %s but closed".formatted(text(epoch)) : following(node));
    }

    private NodeState open(Reached node) {
      boolean names =
          node.epoch().map(own -> own.primary().equals(node.address().id())).orElse(false);
      if (named(node) && names) {
        boolean writable = alone() || node.semiSync().canBeAcknowledged();
        return new NodeState(
            node.address(),
            Role.PRIMARY,
            writable,
            Optional.of(Duration.ZERO),
            Optional.of(node.executed()),
            Optional.empty(),
            OptionalLong.of(node.serverId()),
            node.heartbeat(),
            writable ? text(epoch) : "%s, but no acker is connected".formatted(text(epoch)));
      }
      String why =
          conflict
              ? "open, but two records of one epoch are known"
              : "open, of %s, while %s is in force".formatted(text(node.epoch()), text(epoch));
      return notFollowing(node, Role.STALE_PRIMARY, Optional.empty(), why);
    }

    private NodeState quarantined(Reached node, String why) {
      return notFollowing(node, Role.QUARANTINED, Optional.empty(), why);
    }

    private static NodeState notFollowing(
        Reached node, Role role, Optional<GtidSet> errant, String why) {
      return new NodeState(
          node.address(),
          role,
          false,
          Optional.empty(),
          Optional.of(node.executed()),
          errant,
          OptionalLong.of(node.serverId()),
          node.heartbeat(),
          why);
    }

    private boolean named(Reached node) {
      return epoch.map(record -> record.primary().equals(node.address().id())).orElse(false);
    }

    private boolean alone() {
      return epoch.map(record -> record.ackers().isEmpty()).orElse(false);
    }

    private static String text(Optional<EpochRecord> epoch) {
      return epoch.map(EpochRecord::toString).orElse("no epoch");
    }

    /** The current epoch's primary as it was observed, open or not. */
    private Optional<Reached> office() {
      return reached.stream()
          .filter(node -> named(node) && node.engine() == engine.orElse(null))
          .findFirst();
    }

    /**
     * Empty also while it cannot be told: without the primary, or when the primary was looked at
     * before it took office, for then it might still have received what it lacked.
     */
    private Optional<GtidSet> errant(Reached node) {
      return office()
          .filter(primary -> !primary.equals(node) && primary.epoch().equals(epoch))
          .map(primary -> node.lineage().errantAgainst(primary.lineage()))
          .filter(errant -> !errant.isEmpty());
    }

    private Optional<Duration> lag(Reached node, Instant now) {
      if (node.replication().filter(status -> !status.applying()).isPresent()) {
        return Optional.empty();
      }
      boolean all =
          office()
              .filter(primary -> !primary.equals(node) && !primary.readOnly())
              .map(primary -> node.executed().contains(primary.executed()))
              .orElse(false);
      if (all) {
        return Optional.of(Duration.ZERO);
      }
      return node.heartbeat()
          .map(beat -> Duration.between(beat, now))
          .map(age -> age.isNegative() ? Duration.ZERO : age);
    }

    private String following(Reached node) {
      if (node.replication().isEmpty()) {
        return "follows nobody";
      }
      ReplicaStatus status = node.replication().get();
      String source =
          reached.stream()
              .filter(
                  other ->
                      other.serverId() == status.sourceServerId()
                          || (other.address().host().equals(status.sourceHost())
                              && other.address().port() == status.sourcePort()))
              .map(other -> other.address().id().value())
              .findFirst()
              .orElse("%s:%d".formatted(status.sourceHost(), status.sourcePort()));
      if (status.following()) {
        return "follows " + source;
      }
      String what =
          status.io() == ReplicaStatus.Io.RUNNING
              ? "does not apply what it receives from " + source
              : status.io() == ReplicaStatus.Io.CONNECTING
                  ? "tries to connect to " + source
                  : "does not receive from " + source;
      return status
          .sqlFailure()
          .or(status::ioFailure)
          .map(failure -> what + ": " + failure)
          .orElse(what);
    }
  }
}
