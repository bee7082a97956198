package dev.mainstay.db.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.mainstay.db.Engine;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random schedules of faults against the rules, and against the rules with one of them broken.
 *
 * <p>{@code -Dmainstay.simulation.schedules=100000} runs more, {@code -Dmainstay.simulation.from=N}
 * begins at another seed. A failure prints its seed and what happened.
 */
class SimulationTest {
  private static final long FROM = Long.getLong("mainstay.simulation.from", 0);
  private static final long SCHEDULES = Long.getLong("mainstay.simulation.schedules", 500);

  /** So many are enough for any mutant, several times over. */
  private static final long MUTANT_SCHEDULES = 3000;

  @Test
  void everyInvariantHoldsUnderEverySchedule() {
    int openings = 0;
    for (long seed = FROM; seed < FROM + SCHEDULES; seed++) {
      try {
        openings += Simulation.run(seed, Rules.STRICT, false, false).openings();
      } catch (Simulation.Broken _) {
        fail("seed %d: %s".formatted(seed, trace(seed)));
      }
    }
    assertThat(openings).isGreaterThan((int) SCHEDULES);
  }

  @ParameterizedTest
  @EnumSource
  void leaseMayBeLostBeforeAnyStep(Engine engine) {
    for (int size : new int[] {2, 3, 5}) {
      Set<String> before = new TreeSet<>();
      int step = 0;
      Optional<Step> lost = leaseLostBefore(step, engine, size);
      while (lost.isPresent()) {
        before.add(lost.get().getClass().getSimpleName());
        lost = leaseLostBefore(++step, engine, size);
      }

      assertThat(before).contains("Fence", "TakeOffice", "Follow", "RecordAckers");
    }
  }

  private static Optional<Step> leaseLostBefore(int step, Engine engine, int size) {
    try {
      return Simulation.leaseLostBefore(step, engine, size, false);
    } catch (Simulation.Broken _) {
      return Simulation.leaseLostBefore(step, engine, size, true);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyBrokenRuleIsNoticed(Mutant mutant) {
    Optional<String> broken = Optional.empty();
    for (long n = 0; n < MUTANT_SCHEDULES && broken.isEmpty(); n++) {
      // By turns of any kind, and of the kind where a rule's absence shows most.
      long seed = n % 2 == 0 ? 2 * n : 2 * n + 1;
      try {
        Simulation.run(seed, mutant.rules, mutant.lockless(), false);
      } catch (Simulation.Broken e) {
        broken = Optional.of(e.what()).filter(_ -> e.unsafe());
      }
    }

    assertThat(broken).as("what %s breaks", mutant).isPresent();
  }

  /**
   * Schedules that once broke an invariant, each with what was done about it:
   *
   * <ul>
   *   <li>372: an election is begun, from an open primary, that cannot be ended
   *   <li>201297: a record names whom its primary shuts out, so nobody can acknowledge it
   *   <li>200454: a MariaDB that forgot what it had acknowledged succeeds an open primary
   *   <li>206232, 211399: positions have parted, and a person is not called
   *   <li>206774: a replica that errs while it cannot connect joins later
   *   <li>215019, 222036: the only acker errs while a larger S is not in force yet, and nobody
   *       rebuilds it
   *   <li>100346, 111814: those that decision record 14 named when it was made
   * </ul>
   */
  @ParameterizedTest
  @ValueSource(
      longs = {372, 100346, 111814, 200454, 201297, 206232, 206774, 211399, 215019, 222036})
  void whatOnceBrokeHolds(long seed) {
    Simulation.run(seed, Rules.STRICT, false, true);
  }

  @Test
  void aScheduleIsAFunctionOfItsSeed() {
    String once = Simulation.run(42, Rules.STRICT, false, true).trace();
    String again = Simulation.run(42, Rules.STRICT, false, true).trace();

    assertThat(again).isNotEmpty().isEqualTo(once);
  }

  private static String trace(long seed) {
    try {
      Simulation.run(seed, Rules.STRICT, false, true);
      return "it held the second time";
    } catch (Simulation.Broken e) {
      return e.what();
    }
  }
}
