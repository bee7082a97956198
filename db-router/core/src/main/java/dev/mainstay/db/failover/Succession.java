package dev.mainstay.db.failover;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Io;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * From a vacant office to a new record of it:
 *
 * <pre>
 * fetch    what a restarted primary has that no acker has yet
 * fence    all that follow, in parallel
 * elect    among S the most advanced; parted ones are refused
 * drain    the winner; what it executes may hold a newer record, and then all begins anew
 * promote  it follows nobody, and is still closed
 * repoint  the others follow it, which is their promise
 * record   the epoch, on the winner
 * </pre>
 *
 * Opening it is the business of {@link Upkeep}. There is no memory: how far it got is read off the
 * nodes, so a successor goes on, or begins anew, at any point.
 */
final class Succession {
  /** So long the others may take to connect to the winner before the former primary is asked. */
  private static final Duration CONNECTING = Duration.ofSeconds(1);

  private final Rules rules;
  private final Scene scene;
  private final EpochRecord last;
  private final Optional<NodeId> wish;
  private final String why;
  private final Map<NodeId, String> quarantined = new TreeMap<>();

  Succession(Rules rules, Scene scene, EpochRecord last, Optional<NodeId> wish, String why) {
    this.rules = rules;
    this.scene = scene;
    this.last = last;
    this.wish = wish;
    this.why = why;
  }

  Decision next() {
    Optional<String> gap = rules.gap(scene, last);
    if (gap.isPresent()) {
      return await("no election, for %s".formatted(gap.get()));
    }
    if (last.ackers().isEmpty()) {
      return alone();
    }
    Optional<Decision> reopened = again();
    if (reopened.isPresent()) {
      return reopened.get();
    }
    List<Reached> candidates = candidates();
    Optional<Decision> fetched = tail(candidates);
    if (fetched.isPresent()) {
      return fetched.get();
    }
    List<Reached> best = rules.mostAdvanced(candidates);
    if (best.isEmpty() && !candidates.isEmpty()) {
      return parted(candidates);
    }
    List<Step> fences = new ArrayList<>();
    for (Reached node : rules.unfenced(scene)) {
      if (planned(node)) {
        continue;
      }
      boolean drainFirst =
          switch (node.engine()) {
            case MYSQL -> false;
            // Its relay log would be thrown away if both threads stood.
            case MARIADB -> !node.replication().orElseThrow().applying();
          };
      fences.add(drainFirst ? new Step.Drain(id(node), why) : new Step.Fence(id(node), why));
    }
    if (!fences.isEmpty()) {
      return Decision.act(fences);
    }
    if (candidates.isEmpty()) {
      return await("no election, for none of %s is sound".formatted(Scene.names(last.ackers())));
    }
    Reached winner = best.stream().max(rules.preference(scene, wish)).orElseThrow();
    return establish(winner);
  }

  /** They are not even fenced: what has parted will not meet again. */
  private Decision parted(List<Reached> candidates) {
    return new Decision.Refused(
        "%s; no election, for %s have parted: each holds what another lacks (%s)"
            .formatted(
                why,
                Scene.names(candidates.stream().map(Succession::id).toList()),
                String.join(
                    "; ",
                    candidates.stream().map(n -> id(n) + " holds " + rules.holds(n)).toList())));
  }

  /**
   * In a switchover the old primary is closed and in hand, and who holds all of it can receive
   * nothing more.
   */
  private boolean planned(Reached node) {
    return wish.isPresent()
        && inHand(last.primary())
            .filter(p -> p.readOnly() && p.replication().isEmpty())
            .filter(p -> p.epoch().equals(Optional.of(last)))
            .filter(p -> rules.holds(node).contains(p.executed()))
            .isPresent();
  }

  /**
   * After a stop of everything the same primary is opened again, in a new epoch, if all of S is
   * there and neither side has anything that the other lacks for good.
   *
   * <p>This is no election, so it counts the epoch up by 1, as a change of S does: should nobody
   * come to know of the record, an election outranks it. So that there is one such record at most,
   * all of S must know the one before.
   */
  private Optional<Decision> again() {
    NodeId id = last.primary();
    List<Reached> ackers = inHand(last.ackers());
    boolean resting = ackers.stream().allMatch(Succession::rests);
    boolean faithful =
        ackers.size() == last.ackers().size()
            && ackers.stream()
                .allMatch(
                    n ->
                        scene.follows(n, id)
                            && n.readOnly()
                            && (rests(n) || connects(n) || scene.hears(n, id)));
    if (!faithful) {
      return Optional.empty();
    }
    if (scene.reached(id).isEmpty()) {
      return resting && !scene.stillFor(scene.policy().patience())
          ? Optional.of(await("all were restarted, and %s is waited for".formatted(id)))
          : Optional.empty();
    }
    boolean equal =
        inHand(id)
            .filter(p -> p.readOnly() && p.replication().isEmpty() && !p.semiSync().source())
            .filter(p -> p.epoch().equals(Optional.of(last)))
            .filter(p -> ackers.stream().allMatch(n -> p.executed().contains(n.held())))
            .isPresent();
    if (!equal || ackers.stream().anyMatch(n -> !n.epoch().equals(Optional.of(last)))) {
      return Optional.empty();
    }
    List<Step> resumed = new ArrayList<>();
    for (Reached node : ackers) {
      if (rests(node)) {
        resumed.add(new Step.Resume(id(node), node.engine() == Engine.MYSQL, why));
      }
    }
    if (resumed.isEmpty() && ackers.stream().anyMatch(Succession::connects)) {
      if (scene.stillFor(scene.policy().patience())) {
        return Optional.empty();
      }
      return Optional.of(await("all were restarted, and connect to %s".formatted(id)));
    }
    EpochRecord next = new EpochRecord(last.epoch() + 1, id, last.ackers());
    return Optional.of(Decision.act(resumed.isEmpty() ? rules.takeOffice(next, why) : resumed));
  }

  /** It was told to, and its first attempt has not failed yet. */
  private static boolean connects(Reached node) {
    return node.replication()
        .filter(r -> r.io() == Io.CONNECTING && r.applying() && r.ioFailure().isEmpty())
        .isPresent();
  }

  /** As after a restart: neither thread runs, and none has failed. */
  private static boolean rests(Reached node) {
    return node.replication()
        .filter(r -> r.io() == Io.STOPPED && !r.applying())
        .filter(r -> r.ioFailure().isEmpty() && r.sqlFailure().isEmpty())
        .isPresent();
  }

  /**
   * S, without those that the old primary shows to be errant. It must not have forgotten anything
   * for that: on MariaDB an errant one may be the last to hold what was acknowledged.
   */
  private List<Reached> candidates() {
    List<Reached> members = inHand(last.ackers());
    Optional<Reached> office =
        inHand(last.primary()).filter(p -> p.readOnly() && p.epoch().equals(Optional.of(last)));
    boolean remembers = scene.roster().engine() == Engine.MYSQL;
    if (office.isEmpty() || !remembers) {
      return members;
    }
    List<Reached> sound = new ArrayList<>();
    for (Reached node : members) {
      GtidSet errant = rules.errant(node, office.get());
      if (errant.isEmpty()) {
        sound.add(node);
      } else {
        quarantined.put(id(node), "it holds what %s lacks: %s".formatted(last.primary(), errant));
      }
    }
    return sound;
  }

  /** The old primary may come back with more than any of S has; then that is fetched first. */
  private Optional<Decision> tail(List<Reached> candidates) {
    Optional<Reached> office = inHand(last.primary()).filter(Reached::readOnly);
    if (office.isEmpty()
        || candidates.stream().anyMatch(n -> rules.holds(n).contains(office.get().executed()))) {
      return Optional.empty();
    }
    GtidSet wanted = office.get().executed();
    boolean complete =
        rules.complete(scene, last)
            && candidates.size() == last.ackers().size()
            && candidates.stream().anyMatch(n -> rules.acquainted(n, last));
    for (Reached node : candidates) {
      if (stuck(node, last.primary())) {
        quarantined.put(id(node), "it cannot follow " + last.primary());
      }
    }
    List<Reached> behind =
        candidates.stream()
            .filter(n -> wanted.contains(rules.holds(n)) && !stuck(n, last.primary()))
            .toList();
    if (complete && (behind.isEmpty() || scene.stillFor(scene.policy().patience()))) {
      return Optional.empty(); // it will be errant
    }
    String because = "%s holds what no acker has yet".formatted(last.primary());
    List<Step> steps = new ArrayList<>();
    for (Reached node : behind) {
      if (!scene.follows(node, last.primary())) {
        steps.add(new Step.Follow(id(node), last.primary(), acks(node, office.get()), because));
        continue;
      }
      ReplicaStatus status = node.replication().orElseThrow();
      if (status.io() == Io.STOPPED || !status.applying()) {
        steps.add(new Step.Resume(id(node), acks(node, office.get()), because));
      } else if (status.io() == Io.RUNNING) {
        steps.add(new Step.CatchUp(id(node), wanted, because));
      }
    }
    if (behind.isEmpty() && quarantined.isEmpty()) {
      return Optional.of(
          new Decision.Refused(
              "%s; no election, for %s and %s have parted: each holds what another lacks"
                  .formatted(why, last.primary(), Scene.names(last.ackers()))));
    }
    return Optional.of(
        steps.isEmpty()
            ? await("%s, and none of them reaches it".formatted(because))
            : Decision.act(steps));
  }

  /** Whether it was told to follow the source and is refused there. */
  private boolean stuck(Reached node, NodeId source) {
    return scene.follows(node, source)
        && Scene.unservable(node)
        && !(OwnTail.lost(node, scene.reached(source).orElse(node)) && !node.semiSync().replica());
  }

  private Decision establish(Reached winner) {
    NodeId id = id(winner);
    if (!winner.executed().contains(rules.holds(winner))) {
      return Decision.act(new Step.Drain(id, why));
    }
    if (!rules.acquainted(winner, last)) {
      return await(
          "no election, for none of %s has heard of epoch %d, and %s alone holds what was acknowledged before it"
              .formatted(Scene.names(last.ackers()), last.epoch(), last.primary()));
    }
    if (!Rules.begun(winner)) {
      return Decision.act(new Step.Promote(id, why));
    }
    List<Step> repoints = new ArrayList<>();
    Optional<Step> former = Optional.empty();
    Set<NodeId> following = new TreeSet<>();
    boolean connected = false;
    for (Reached node : others(winner)) {
      boolean acker = last.ackers().contains(id(node));
      if (!acker && OwnTail.lost(node, winner)) {
        continue; // joins later, by way of the record
      }
      boolean sound =
          node.readOnly() && winner.executed().contains(rules.holds(node)) && !stuck(node, id);
      if (sound && scene.follows(node, id)) {
        following.add(id(node));
        connected |= scene.hears(node, id);
        if (node.replication().orElseThrow().io() == Io.STOPPED) {
          repoints.add(
              OwnTail.lost(node, winner)
                  ? new Step.Follow(id(node), id, acker, why)
                  : new Step.Resume(id(node), node.semiSync().replica(), why));
        }
      } else if (sound && id(node).equals(last.primary())) {
        former = Optional.of(new Step.Follow(id(node), id, acker, why));
      } else if (sound) {
        repoints.add(new Step.Follow(id(node), id, acker, why));
      } else {
        String because = "it cannot follow " + id;
        quarantined.put(id(node), because);
        if (acker && node.semiSync().replica()) {
          repoints.add(new Step.Acknowledge(id(node), false, because));
        }
        if (scene.follows(node, id) && node.replication().orElseThrow().io() != Io.STOPPED) {
          repoints.add(new Step.Fence(id(node), because)); // it erred after it was told to
        }
      }
    }
    // To leave off being a source takes MySQL a second, so it is waited for only where it is
    // needed.
    boolean needed =
        following.isEmpty()
            || !rules.promised(scene, last, winner)
            || (!connected && scene.stillFor(CONNECTING));
    if (repoints.isEmpty() && needed) {
      former.ifPresent(repoints::add);
    }
    if (!repoints.isEmpty()) {
      return Decision.act(repoints);
    }
    if (!rules.promised(scene, last, winner)) {
      return inHand(last.ackers()).stream().anyMatch(n -> stuck(n, id))
          ? new Decision.Refused(
              "%s; no election, for %s have parted, though their positions do not show it"
                  .formatted(why, Scene.names(last.ackers())))
          : await("not all of %s can follow %s".formatted(Scene.names(last.ackers()), id));
    }
    return record(winner, following, connected);
  }

  private Decision record(Reached winner, Set<NodeId> following, boolean connected) {
    NodeId id = id(winner);
    Set<NodeId> ackers = new TreeSet<>(last.ackers());
    ackers.removeIf(n -> n.equals(id) || rules.inHand(scene, n));
    ackers.addAll(following);
    if (!connected && !ackers.isEmpty()) {
      if (!scene.stillFor(scene.policy().patience())) {
        return await("nobody hears %s yet".formatted(id));
      }
      if (scene.policy().durability() == Durability.AVAILABLE && ackers.equals(following)) {
        List<Step> off = new ArrayList<>();
        for (Reached node : inHand(following)) {
          if (node.semiSync().replica()) {
            off.add(new Step.Acknowledge(id(node), false, "it does not reach " + id));
          }
        }
        if (!off.isEmpty()) {
          return Decision.act(off);
        }
        ackers.clear();
      }
    }
    if (ackers.isEmpty() && scene.policy().durability() == Durability.LOSSLESS) {
      for (Reached node : others(winner)) {
        if (node.readOnly() && winner.executed().contains(rules.holds(node))) {
          ackers.add(id(node)); // follows, as an acker, once it is one on record
        }
      }
      if (ackers.isEmpty()) {
        String none = "durability is lossless, and no replica follows %s".formatted(id);
        // Who is missing may come, and who is errant be rebuilt.
        boolean hopeless =
            others(winner).size() == scene.roster().nodes().size() - 1
                && others(winner).stream()
                    .allMatch(n -> n.readOnly() && rules.errant(n, winner).isEmpty());
        return hopeless
            ? new Decision.Refused("%s; %s: their positions have parted".formatted(why, none))
            : await(none);
      }
    }
    EpochRecord next = new EpochRecord(last.epoch() + Rules.TERM, id, ackers);
    return Decision.act(rules.takeOffice(next, why));
  }

  private Decision await(String what) {
    return new Decision.Await(why + "; " + what, quarantined);
  }

  private List<Reached> others(Reached winner) {
    return scene.members(n -> !n.equals(winner) && rules.inHand(scene, id(n)));
  }

  /** The primary acknowledged alone, so only it has everything. */
  private Decision alone() {
    EpochRecord next = new EpochRecord(last.epoch() + Rules.TERM, last.primary(), Set.of());
    return Decision.act(rules.takeOffice(next, why));
  }

  /**
   * Whether it may go on acknowledging while it fetches from the old primary: on MariaDB not if it
   * may have forgotten something, for that it acknowledges is how the next leader knows that it has
   * not. One that lost transactions of its own gets them back in no other way.
   */
  private boolean acks(Reached node, Reached from) {
    return switch (node.engine()) {
      case MYSQL -> true;
      case MARIADB -> node.semiSync().replica() || OwnTail.lost(node, from);
    };
  }

  private List<Reached> inHand(Set<NodeId> ids) {
    return scene.members(n -> ids.contains(id(n)) && rules.inHand(scene, id(n))).stream()
        .sorted(Comparator.comparing(Succession::id))
        .toList();
  }

  private Optional<Reached> inHand(NodeId id) {
    return scene.reached(id).filter(n -> rules.inHand(scene, id));
  }

  private static NodeId id(Reached node) {
    return node.address().id();
  }
}
