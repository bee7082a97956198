package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.LogPosition;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Io;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rule book: one method for each question on which safety rests. {@link #STRICT} answers them;
 * the simulation breaks each in turn and must notice.
 *
 * <p>The idea is that of Vitess ({@code reparentutil}: revoke, then establish) and of Paxos: a
 * record {@code (epoch, primary, S)} needs one of S for each acknowledgement (k = 1), so whoever
 * has a promise of <em>all</em> of S, or of the primary, has stopped it, and has all that was
 * acknowledged in hand. The promise is that a node is told to follow the one to be elected. That
 * outlasts a restart; a lock or a stopped thread does not.
 *
 * <ol>
 *   <li>A record is committed only on the node that it names, and that node is one of the S before
 *       (or was primary alone). So whoever has a promise of all of S before has seen it, and of any
 *       two elections the later one knows of the earlier.
 *   <li>An election counts the epoch up by {@value #TERM}, a change of S by 1. A deposed primary
 *       may hold one record that nobody acknowledged, which thus never outranks an election.
 * </ol>
 */
public interface Rules {

  /** The rules as they are. */
  Rules STRICT = new Rules() {};

  /** What an election adds to the epoch. */
  long TERM = 10;

  /** How long commits may wait before that looks lost: far more than an acknowledgement takes. */
  Duration STANDSTILL = Duration.ofSeconds(1);

  /**
   * Whether the node can be relied on to be as it was seen: its lock was taken before it was looked
   * at, so nobody else changes it.
   */
  default boolean inHand(Scene scene, NodeId id) {
    Optional<Reached> node = scene.reached(id);
    return node.isPresent()
        && Optional.ofNullable(scene.locks().get(id))
            .filter(since -> !node.get().at().isBefore(since))
            .isPresent();
  }

  /**
   * What stands against an election after {@code last}; empty if nothing does. An election may go
   * on if every member of S is in hand, for then the old primary gets no acknowledgement once they
   * follow another, and each write that it got one for is on one of them. MySQL never forgets what
   * it had in its binary log, so the closed old primary in hand does as well, together with one of
   * S to succeed it.
   *
   * <p>MariaDB forgets: a killed primary drops the end of its binary log, a restarted replica what
   * it had received but not executed, though it had acknowledged it. A replica's semi-sync is off
   * after a restart, and is switched on only when it has caught up; so one whose semi-sync is off
   * may have forgotten. Then, and always on MariaDB, all of S is needed, and the closed old
   * primary, too, for its tail to be fetched: it has what they forgot unless it was killed itself
   * at the same time.
   */
  default Optional<String> gap(Scene scene, EpochRecord last) {
    Set<NodeId> missing = new TreeSet<>(last.ackers());
    missing.removeIf(id -> inHand(scene, id));
    boolean office =
        inHand(scene, last.primary())
            && scene.reached(last.primary()).filter(Reached::readOnly).isPresent();
    if (last.ackers().isEmpty()) {
      return office
          ? Optional.empty()
          : Optional.of("%s acknowledged alone, and is not in hand".formatted(last.primary()));
    }
    if (missing.size() == last.ackers().size()) {
      return Optional.of("none of %s is in hand".formatted(Scene.names(last.ackers())));
    }
    if (complete(scene, last)) {
      return Optional.empty();
    }
    boolean bound =
        scene.reached(last.primary()).flatMap(scene::source).filter(missing::contains).isPresent()
            || last.ackers().stream()
                .flatMap(id -> scene.reached(id).stream())
                .filter(n -> inHand(scene, n.address().id()))
                .allMatch(n -> scene.source(n).filter(missing::contains).isPresent());
    return switch (scene.roster().engine()) {
      case MYSQL -> office && !bound ? Optional.empty() : Optional.of(absence(missing));
      case MARIADB ->
          !missing.isEmpty()
              ? Optional.of(absence(missing))
              : office
                  ? Optional.empty()
                  : Optional.of(
                      "of %s one was restarted and may have forgotten what it acknowledged; %s has it, and is not closed and in hand"
                          .formatted(Scene.names(last.ackers()), last.primary()));
    };
  }

  /** Whether S alone is enough: all of it in hand, and none that may have forgotten. */
  default boolean complete(Scene scene, EpochRecord last) {
    return last.ackers().stream()
        .allMatch(
            id ->
                inHand(scene, id)
                    && scene.reached(id).filter(n -> !mayHaveForgotten(n)).isPresent());
  }

  /**
   * Whether the node, of S, has heard of the record that made it a member. Where none has, nothing
   * was acknowledged under that record, and what was acknowledged before need not be on any of this
   * S: it is on the primary, which must not be left behind then.
   */
  default boolean acquainted(Reached node, EpochRecord last) {
    return node.epoch().equals(Optional.of(last));
  }

  /**
   * Whether it may lack what it acknowledged: not so a MySQL, nor a MariaDB whose semi-sync is on.
   */
  static boolean mayHaveForgotten(Reached node) {
    return switch (node.engine()) {
      case MYSQL -> false;
      case MARIADB -> !node.semiSync().replica() && !node.semiSync().source();
    };
  }

  private static String absence(Set<NodeId> missing) {
    return "%s may hold acknowledged writes, or acknowledge more, and is not in hand"
        .formatted(Scene.names(missing));
  }

  /**
   * Who still may receive from the old primary, of those in hand. They are stopped before they are
   * compared: what one of them received and acknowledged after it was looked at would be lost. Who
   * follows one that is promoted, and not on record yet, receives nothing that counts.
   */
  default List<Reached> unfenced(Scene scene) {
    Optional<NodeId> office = scene.record().map(EpochRecord::primary);
    return scene.members(
        node ->
            inHand(scene, node.address().id())
                && node.replication().filter(r -> r.io() != Io.STOPPED).isPresent()
                && scene
                    .source(node)
                    .filter(source -> !office.equals(Optional.of(source)))
                    .filter(source -> inHand(scene, source))
                    .flatMap(scene::reached)
                    .filter(Rules::begun)
                    .isEmpty());
  }

  /**
   * Promoted but not opened yet: it follows nobody, and its source is on, so it was not restarted
   * since.
   */
  static boolean begun(Reached node) {
    return node.readOnly() && node.replication().isEmpty() && node.semiSync().source();
  }

  /** All that counts for the node in an election: what it has executed or can still execute. */
  default GtidSet holds(Reached node) {
    boolean applies = node.replication().filter(r -> r.applying()).isPresent();
    return switch (node.engine()) {
      case MYSQL -> node.held();
      // A relay log whose applier stands is thrown away when it is started (MDEV-4698).
      case MARIADB -> applies ? node.held() : node.executed();
    };
  }

  /**
   * The candidates that hold all that any other holds; none if two have parted, so that either
   * would lose what only the other has.
   */
  default List<Reached> mostAdvanced(List<Reached> candidates) {
    List<Reached> best = new ArrayList<>(candidates);
    best.removeIf(
        node -> candidates.stream().anyMatch(other -> !holds(node).contains(holds(other))));
    return best;
  }

  /**
   * Among equals: one whose promotion has begun, the one that is wished for, one that has applied
   * all; then the order of the configuration.
   */
  default Comparator<Reached> preference(Scene scene, Optional<NodeId> wish) {
    Comparator<Reached> promoted = Comparator.comparing(Rules::begun);
    Comparator<Reached> wished =
        Comparator.comparing(n -> wish.equals(Optional.of(n.address().id())));
    Comparator<Reached> applied = Comparator.comparing(n -> n.executed().contains(holds(n)));
    Comparator<Reached> order =
        Comparator.comparingInt(n -> -scene.roster().ids().indexOf(n.address().id()));
    return promoted.thenComparing(wished).thenComparing(applied).thenComparing(order);
  }

  /**
   * Whether the old primary can get no acknowledgement any more, even if this controller ended now
   * and the next one knew nothing of the election: all of S, or the closed old primary, are told to
   * follow the winner, and the winner has all that they have. Only then may it take office.
   */
  default boolean promised(Scene scene, EpochRecord last, Reached winner) {
    NodeId id = winner.address().id();
    if (last.ackers().isEmpty()) {
      return id.equals(last.primary());
    }
    boolean all = last.ackers().stream().allMatch(n -> n.equals(id) || promised(scene, n, winner));
    return switch (winner.engine()) {
      case MYSQL -> all || promised(scene, last.primary(), winner);
      // That each is served by the winner is also the proof that none has parted from it.
      case MARIADB -> all;
    };
  }

  private boolean promised(Scene scene, NodeId id, Reached winner) {
    return inHand(scene, id)
        && scene
            .reached(id)
            .filter(n -> n.readOnly() && scene.follows(n, winner.address().id()))
            .filter(n -> !Scene.unservable(n))
            .isPresent();
  }

  /** What the node has that the primary, after it took office, will never have. */
  default GtidSet errant(Reached node, Reached primary) {
    return node.lineage().errantAgainst(primary.lineage());
  }

  /**
   * Whether the node may be told to follow the primary of the newest record that was seen. Not if
   * it follows an acker that is not in hand: that one may just be taking the office, on the
   * strength of this node's promise.
   */
  default boolean released(Scene scene, EpochRecord epoch, Reached node) {
    Optional<NodeId> source = scene.source(node);
    return source.isEmpty()
        || source.get().equals(epoch.primary())
        || !epoch.ackers().contains(source.get())
        || inHand(scene, source.get());
  }

  /** The way into office once all is ready: the record first. */
  default List<Step> takeOffice(EpochRecord epoch, String why) {
    return List.of(new Step.TakeOffice(epoch.primary(), epoch, Set.of(), why));
  }

  /** The way out of the acker set. */
  default List<Step> expel(Set<NodeId> replicas, EpochRecord epoch, String why) {
    return List.of(new Step.Expel(epoch.primary(), replicas, epoch, why));
  }

  /**
   * Whether a primary that has its record may be opened: it waits for acknowledgements, which a
   * restart would have ended, and there is somebody to give them.
   */
  default boolean mayOpen(Reached primary) {
    return primary.semiSync().canBeAcknowledged();
  }

  /** Who is in office; above all, that a primary that was restarted is not. */
  default Diagnosis diagnose(Scene scene) {
    return Diagnosis.of(scene);
  }

  /**
   * Up to where in the primary's log an acker counts as having acknowledged, though it did not:
   * what it has executed, if commits stand still for so long that the acknowledgement may have been
   * lost with a connection.
   */
  default Optional<LogPosition> vouched(Scene scene, Reached acker) {
    return scene
        .watch()
        .standstill()
        .filter(s -> !s.since().plus(STANDSTILL).isAfter(scene.now()))
        .flatMap(_ -> acker.replication())
        .flatMap(ReplicaStatus::executed);
  }
}
