package dev.mainstay.db.controller.plan;

import static java.util.stream.Collectors.joining;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Io;
import dev.mainstay.db.failover.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * From blank nodes to the first epoch. As with everything that follows, what is done next is read
 * off the nodes, so that a successor goes on at any point:
 *
 * <pre>
 * 1  db-1, db-2, db-3 are blank           Found db-1
 * 2  db-1 has the cluster id              Promote db-1
 * 3  db-1 waits for acknowledgements      Follow db-2, Follow db-3
 * 4  db-2 and db-3 follow                 TakeOffice db-1 as epoch 1 with S = {db-2, db-3}
 * </pre>
 *
 * From there on it is {@link dev.mainstay.db.failover.Course}'s business.
 */
final class SetUp {

  private final Membership membership;
  private final ClusterSpec spec;
  private final Duration vacant;
  private final boolean provisioned;
  private final String freshClusterId;
  private final List<Task> tasks = new ArrayList<>();

  /**
   * @param vacant for how long a majority of nodes has been reached without an open primary
   * @param provisioned whether this controller has seen to schema and accounts since it leads
   * @param freshClusterId the id that a cluster set up now would get
   */
  SetUp(Membership membership, Duration vacant, boolean provisioned, String freshClusterId) {
    this.membership = membership;
    this.spec = membership.spec();
    this.vacant = vacant;
    this.provisioned = provisioned;
    this.freshClusterId = freshClusterId;
  }

  Plan next() {
    return membership.clusterIds().isEmpty() ? begin() : finish();
  }

  private Plan begin() {
    List<Reached> blank = membership.eligible();
    List<NodeId> unreached = membership.unreached();
    if (blank.size() < spec.majority()) {
      return waiting(
          "%d of %d nodes are blank and reached, %d are needed to set the cluster up"
              .formatted(blank.size(), spec.nodes().size(), spec.majority()));
    }
    if (!unreached.isEmpty() && isEarly()) {
      return waiting(
          "the cluster is set up with %d of %d nodes after %d s, unless %s is reached before"
              .formatted(
                  blank.size(),
                  spec.nodes().size(),
                  spec.patience().toSeconds(),
                  names(unreached)));
    }
    tasks.add(
        new Task.Found(
            id(blank.getFirst()),
            freshClusterId,
            "%d of %d blank nodes are reached".formatted(blank.size(), spec.nodes().size())));
    return done();
  }

  /** The cluster has its id, but no epoch yet: its founder leads it to the first. */
  private Plan finish() {
    List<Reached> members = membership.eligible();
    Optional<Reached> found =
        members.stream()
            .filter(node -> node.clusterId().isPresent() && node.replication().isEmpty())
            .findFirst();
    if (found.isEmpty()) {
      return waiting("the cluster is not set up yet, and its first node is not reached");
    }
    Reached founder = found.get();
    NodeId id = id(founder);
    if (!provisioned && members.stream().noneMatch(m -> m.replication().isPresent())) {
      // Its founding, by a former leader, may have ended before the accounts were made.
      tasks.add(new Task.Found(id, founder.clusterId().orElseThrow(), "resumed"));
      return done();
    }
    if (!founder.semiSync().source()) {
      // A replica asks only when it connects whether its acknowledgements are wanted.
      turn(new Step.Promote(id, "the others are to follow it"));
      return done();
    }
    Set<NodeId> followers = follow(founder.address(), members);
    boolean enough = followers.size() >= spec.majority() - 1;
    boolean all = followers.size() == spec.nodes().size() - 1;
    if (!enough || (!all && isEarly())) {
      return waiting(
          "%d of %d replicas follow %s, which is opened as the first primary then"
              .formatted(followers.size(), spec.nodes().size() - 1, id));
    }
    EpochRecord first = new EpochRecord(1, id, followers);
    turn(new Step.TakeOffice(id, first, Set.of(), "the new cluster's first"));
    return done();
  }

  /**
   * @return those that follow already
   */
  private Set<NodeId> follow(NodeAddress source, List<Reached> members) {
    String why = "joins the new cluster";
    Set<NodeId> followers = new TreeSet<>();
    for (Reached node : members) {
      NodeId id = id(node);
      if (id.equals(source.id())) {
        continue;
      }
      ReplicaStatus status = node.replication().orElse(null);
      if (status == null
          || !status.sourceHost().equals(source.host())
          || status.sourcePort() != source.port()) {
        turn(new Step.Follow(id, source.id(), true, why));
      } else if (status.io() == Io.STOPPED || !status.applying()) {
        turn(new Step.Resume(id, true, why));
      } else if (status.following()) {
        followers.add(id);
      }
    }
    return followers;
  }

  private void turn(Step step) {
    tasks.add(new Task.Turn(step));
  }

  private boolean isEarly() {
    return vacant.compareTo(spec.patience()) < 0;
  }

  private static NodeId id(Reached node) {
    return node.address().id();
  }

  private static String names(Collection<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).sorted().collect(joining(", "));
  }

  private Plan waiting(String why) {
    return tasks.isEmpty() ? new Plan(tasks, Map.of(), Optional.of(why), false) : done();
  }

  private Plan done() {
    return new Plan(tasks, Map.of(), Optional.empty(), true);
  }
}
