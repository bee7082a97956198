package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.LogPosition;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rules with one of them broken. The simulation must notice each. */
enum Mutant {
  IGNORES_UNREACHABLE_ACKERS(
      new Rules() {
        @Override
        public Optional<String> gap(Scene scene, EpochRecord last) {
          return last.ackers().stream().anyMatch(id -> inHand(scene, id))
              ? Optional.empty()
              : Optional.of("none");
        }

        @Override
        public boolean promised(Scene scene, EpochRecord last, Reached winner) {
          return true;
        }
      }),
  DOES_NOT_FENCE(
      new Rules() {
        @Override
        public List<Reached> unfenced(Scene scene) {
          return List.of();
        }
      }),
  ELECTS_THE_LESS_ADVANCED(
      new Rules() {
        @Override
        public List<Reached> mostAdvanced(List<Reached> candidates) {
          List<Reached> worst = new ArrayList<>(candidates);
          worst.removeIf(
              n -> candidates.stream().anyMatch(other -> !holds(other).contains(holds(n))));
          return worst;
        }
      }),
  FORGETS_THE_RELAY_LOG(
      new Rules() {
        @Override
        public GtidSet holds(Reached node) {
          return node.executed();
        }
      }),
  TRUSTS_MARIADB_TO_REMEMBER(
      new Rules() {
        @Override
        public boolean complete(Scene scene, EpochRecord last) {
          return last.ackers().stream().allMatch(id -> inHand(scene, id));
        }
      }),
  OPENS_BEFORE_THE_RECORD(
      new Rules() {
        @Override
        public List<Step> takeOffice(EpochRecord epoch, String why) {
          List<Step> steps = new ArrayList<>(List.of(new Step.Open(epoch.primary(), epoch, why)));
          steps.addAll(Rules.super.takeOffice(epoch, why));
          return steps;
        }
      }),
  REOPENS_A_RESTARTED_PRIMARY(
      new Rules() {
        @Override
        public Diagnosis diagnose(Scene scene) {
          Diagnosis found = Diagnosis.of(scene);
          return found instanceof Diagnosis.Vacant vacant
              ? scene
                  .reached(vacant.epoch().primary())
                  .filter(p -> p.readOnly() && p.replication().isEmpty())
                  .<Diagnosis>map(p -> new Diagnosis.Closed(vacant.epoch(), p, "it is there"))
                  .orElse(found)
              : found;
        }

        @Override
        public boolean mayOpen(Reached primary) {
          return true;
        }
      }),
  ADMITS_THE_ERRANT(
      new Rules() {
        @Override
        public GtidSet errant(Reached node, Reached primary) {
          return GtidSet.empty(node.engine());
        }
      }),
  SHRINKS_WITHOUT_SHUTTING_OUT(
      new Rules() {
        @Override
        public List<Step> expel(Set<NodeId> replicas, EpochRecord epoch, String why) {
          return List.of(new Step.RecordAckers(epoch.primary(), epoch, why));
        }
      }),
  VOUCHES_FOR_EVERYBODY(
      new Rules() {
        @Override
        public Optional<LogPosition> vouched(Scene scene, Reached acker) {
          return acker
              .replication()
              .flatMap(ReplicaStatus::executed)
              .map(to -> new LogPosition(to.file(), Integer.MAX_VALUE));
        }
      }),
  PROCEEDS_WITHOUT_LOCKS(
      new Rules() {
        @Override
        public boolean inHand(Scene scene, NodeId id) {
          return scene.reached(id).isPresent();
        }
      });

  @SuppressWarnings("ImmutableEnumChecker") // rules hold no state
  final Rules rules;

  Mutant(Rules rules) {
    this.rules = rules;
  }

  /** Whether the executor does without locks, too. */
  boolean lockless() {
    return this == PROCEEDS_WITHOUT_LOCKS;
  }
}
