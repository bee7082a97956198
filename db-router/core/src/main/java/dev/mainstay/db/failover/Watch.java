package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a controller remembers from round to round: since when something lasts. Losing it with the
 * controller costs time, never safety.
 *
 * @param absent the nodes that do not follow the primary, since when
 * @param posture of each reached node: its run, whom it follows, whether it is open or promoted
 * @param stillSince since when the posture is the same
 * @param blockedSince since when there is one that cannot be acknowledged
 * @param standstill commits wait on the open primary, and it has executed nothing since
 * @param term the newest record and, once seen open under it, the primary's start
 * @param failovers when this controller filled a vacant office, as far back as the policy's window
 */
public record Watch(
    Map<NodeId, Instant> absent,
    Map<NodeId, String> posture,
    Instant stillSince,
    Optional<Instant> blockedSince,
    Optional<Standstill> standstill,
    Optional<Term> term,
    List<Instant> failovers) {

  /** A record and the run of the server that held it. */
  public record Term(EpochRecord epoch, Optional<Reached> opened) {}

  /** Commits wait, and so much is executed, since when. */
  public record Standstill(GtidSet executed, Instant since) {}

  public static final Watch NEW =
      new Watch(
          Map.of(),
          Map.of(),
          Instant.MIN,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of());

  public Watch {
    absent = Map.copyOf(absent);
    posture = Map.copyOf(posture);
    failovers = List.copyOf(failovers);
  }

  /** With one more round. */
  public Watch after(Roster roster, Policy policy, Map<NodeId, Observation> seen, Instant now) {
    Scene scene = new Scene(roster, policy, seen, Map.of(), Set.of(), this, now);
    Optional<EpochRecord> newest = scene.record();
    if (newest.isEmpty()) {
      return this;
    }
    EpochRecord epoch = newest.get();
    boolean same = term.filter(t -> t.epoch().epoch() == epoch.epoch()).isPresent();
    Optional<Reached> primary = scene.reached(epoch.primary());
    boolean open =
        primary.filter(p -> !p.readOnly() && p.epoch().equals(Optional.of(epoch))).isPresent();
    boolean blocked =
        open && !epoch.ackers().isEmpty() && !primary.orElseThrow().semiSync().canBeAcknowledged();
    Optional<Reached> opened = same ? term.orElseThrow().opened() : Optional.empty();
    if (opened.isEmpty() && open) {
      opened = primary;
    }
    Map<NodeId, Instant> gone = new LinkedHashMap<>();
    for (NodeId id : roster.ids()) {
      boolean there =
          id.equals(epoch.primary())
              || scene.reached(id).filter(n -> scene.hears(n, epoch.primary())).isPresent();
      if (!there) {
        gone.put(id, absent.getOrDefault(id, now));
      }
    }
    Map<NodeId, String> after = posture(scene);
    return new Watch(
        gone,
        after,
        after.equals(posture) ? stillSince : now,
        blocked ? Optional.of(blockedSince.orElse(now)) : Optional.empty(),
        primary.filter(p -> open && p.semiSync().waiting() > 0).map(p -> standstill(p, now)),
        Optional.of(new Term(epoch, opened)),
        failovers.stream().filter(at -> at.plus(policy.window()).isAfter(now)).toList());
  }

  private Standstill standstill(Reached primary, Instant now) {
    return standstill
        .filter(before -> before.executed().equals(primary.executed()))
        .orElseGet(() -> new Standstill(primary.executed(), now));
  }

  private static Map<NodeId, String> posture(Scene scene) {
    Map<NodeId, String> posture = new LinkedHashMap<>();
    for (Reached node : scene.members()) {
      posture.put(
          node.address().id(),
          "%s %b %b %s"
              .formatted(
                  node.startedAt(),
                  node.readOnly(),
                  node.semiSync().source(),
                  scene.source(node).map(NodeId::value).orElse("-")));
    }
    return posture;
  }

  /** After somebody vouched for what waits: if it still does, not again at once. */
  public Watch vouched(Instant now) {
    return new Watch(
        absent,
        posture,
        stillSince,
        blockedSince,
        standstill.map(s -> new Standstill(s.executed(), now)),
        term,
        failovers);
  }

  /** After a primary took office unplanned. */
  public Watch failedOver(Instant now) {
    List<Instant> more = new ArrayList<>(failovers);
    more.add(now);
    return new Watch(absent, posture, stillSince, blockedSince, standstill, term, more);
  }
}
