package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.MysqlGtidSet;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Visitors, instances and nodes that do one thing after the other by chance: what each visitor is
 * shown is compared with what they wrote and saw. The rules are those of the router; only the nodes
 * and the looks at them are made up.
 */
class CausalSimulationTest {

  private static final int SCHEDULES = 100;
  private static final int STEPS = 120;

  /** How the rules are broken, to see that the simulation notices. */
  enum Rules {
    KEPT,
    /** Tokens are not honoured. */
    EVENTUAL,
    /** A read's token is what the monitor saw of its node before. */
    MONITORED_POSITION,
    /** An instance believes what it knows of the primary, whatever the token says. */
    EPOCH_IGNORED
  }

  @ParameterizedTest
  @EnumSource(Rules.class)
  void nobodyIsShownLessThanWhatTheyWroteOrSaw(Rules rules) {
    int violations = 0;
    for (int seed = 0; seed < SCHEDULES; seed++) {
      violations += new Schedule(seed, rules, rules == Rules.EPOCH_IGNORED).run();
    }

    if (rules == Rules.KEPT) {
      assertThat(violations).isZero();
    } else {
      assertThat(violations).isPositive();
    }
  }

  /** With fail-overs that one instance learns of late: what was written is always shown. */
  @Test
  void whatWasWrittenIsShownThroughFailOvers() {
    for (int seed = 0; seed < SCHEDULES; seed++) {
      assertThat(new Schedule(seed, Rules.KEPT, true).run()).as("seed %d", seed).isZero();
    }
  }

  private static final class Visitor {
    @Nullable CausalToken token;

    /** How much of the history they have written, and seen. */
    int wrote;

    int saw;
  }

  /** What one instance has seen of the nodes. */
  private static final class Instance {
    final int[] applied = new int[3];
    int primary;
    long epoch = 1;
    long turn;
  }

  private static final class Schedule {
    private final Random random;
    private final Rules rules;
    private final boolean failOvers;

    /** After so many transactions as the index, all of them. */
    private final List<GtidSet> positions = new ArrayList<>(List.of(MysqlGtidSet.EMPTY));

    /** How much of it each node has executed. */
    private final int[] applied = new int[3];

    private final List<Instance> instances = List.of(new Instance(), new Instance());
    private final List<Visitor> visitors = List.of(new Visitor(), new Visitor());
    private int primary;
    private long epoch = 1;
    private int violations;

    Schedule(long seed, Rules rules, boolean failOvers) {
      this.random = new Random(seed);
      this.rules = rules;
      this.failOvers = failOvers;
    }

    int run() {
      for (int step = 0; step < STEPS; step++) {
        Instance instance = instances.get(random.nextInt(2));
        Visitor visitor = visitors.get(random.nextInt(2));
        switch (random.nextInt(failOvers ? 31 : 30)) {
          case 0, 1, 2, 3, 4, 5 -> write(instance, visitor);
          case 6, 7, 8, 9, 10, 11 -> apply(random.nextInt(3));
          case 12, 13, 14 -> look(instance);
          case 30 -> failOver();
          default -> read(instance, visitor);
        }
      }
      return violations;
    }

    private void write(Instance instance, Visitor visitor) {
      if (instance.primary != primary) {
        return; // nobody acknowledges what a former primary writes
      }
      String origin = "%d0000000-71ca-11e1-9e33-c80aa9429562".formatted(primary + 1);
      GtidSet own = GtidSet.parse(Engine.MYSQL, "%s:%d".formatted(origin, positions.size()));
      positions.add(positions.getLast().union(own));
      applied[primary] = written();
      visitor.wrote = written();
      visitor.saw = written();
      CausalToken wrote = new CausalToken(instance.epoch, false, own);
      visitor.token = visitor.token == null ? wrote : visitor.token.merge(wrote);
    }

    private int written() {
      return positions.size() - 1;
    }

    private void apply(int node) {
      if (applied[node] < written()) {
        applied[node] += 1 + random.nextInt(written() - applied[node]);
      }
    }

    private void look(Instance instance) {
      System.arraycopy(applied, 0, instance.applied, 0, applied.length);
      instance.primary = primary;
      instance.epoch = epoch;
    }

    /** The next has all, and takes office before anything else is written; one instance knows. */
    private void failOver() {
      primary = (primary + 1) % 3;
      applied[primary] = written();
      epoch++;
      look(instances.getFirst());
    }

    private void read(Instance instance, Visitor visitor) {
      NodeState office = node(instance, instance.primary, Role.PRIMARY);
      List<NodeState> candidates = new ArrayList<>();
      for (int node = 0; node < 3; node++) {
        if (node != instance.primary) {
          candidates.add(node(instance, node, Role.REPLICA));
        }
      }
      Collections.rotate(candidates, (int) instance.turn++);
      candidates.add(office);
      CausalToken need = visitor.token;
      if (need == null || rules == Rules.EVENTUAL) {
        shown(visitor, Integer.parseInt(candidates.getFirst().id().value().substring(3)), false);
        return;
      }
      long epoch = rules == Rules.EPOCH_IGNORED ? Long.MAX_VALUE : instance.epoch;
      boolean leased = random.nextInt(8) > 0;
      List<CausalReads.Step> steps =
          CausalReads.steps(
              candidates,
              Optional.of(new CausalReads.Office(office, epoch, leased)),
              false,
              need,
              node -> random.nextInt(4) > 0);
      for (CausalReads.Step step : steps) {
        int node = Integer.parseInt(step.node().id().value().substring(3));
        boolean has = executed(applied[node]).contains(need.seen());
        boolean serves =
            switch (step.promise()) {
              case COVERED, PRIMARY, STALE -> true;
              case WAIT, CHECK -> has;
            };
        if (serves) {
          boolean stale = step.promise() == CausalReads.Promise.STALE;
          shown(visitor, node, stale);
          advance(instance, visitor, need, node, step.promise());
          return;
        }
      }
    }

    private void advance(
        Instance instance,
        Visitor visitor,
        CausalToken need,
        int node,
        CausalReads.Promise promise) {
      int told = rules == Rules.MONITORED_POSITION ? instance.applied[node] : applied[node];
      CausalToken shown = new CausalToken(instance.epoch, false, executed(told));
      visitor.token = promise == CausalReads.Promise.PRIMARY ? shown : need.merge(shown);
    }

    private void shown(Visitor visitor, int node, boolean stale) {
      int must = failOvers ? visitor.wrote : visitor.saw;
      if (!stale && applied[node] < must) {
        violations++;
      }
      if (visitor.token != null) {
        visitor.saw = Math.max(visitor.saw, applied[node]);
      }
    }

    private NodeState node(Instance instance, int node, Role role) {
      return Nodes.at("db-" + node, role, executed(instance.applied[node]));
    }

    /** The first so many of the history. */
    private GtidSet executed(int count) {
      return positions.get(count);
    }

    @Override
    public String toString() {
      return "applied %s of %d".formatted(Arrays.toString(applied), written());
    }
  }
}
