package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** All drills, in the order in which {@code drill all} holds them. */
public final class Catalogue {

  /** How long a silent primary is silent, unless another time is asked for. */
  public static final Duration SILENCE = Duration.ofSeconds(60);

  /** How often the primary is changed, unless another number is asked for. */
  public static final int SWITCHOVERS = 50;

  /**
   * How many writes are read at once by the drill {@code lag}, unless another number is asked for.
   */
  public static final int PAIRS = 5_000;

  /** How long the lots are drawn. */
  private static final Duration NEMESIS = Duration.ofSeconds(60);

  private final List<Drill> drills;

  /**
   * @param silence how long a paused or cut-off primary stays so, 1 s to 10 min
   * @param switchovers how often the drill of that name changes the primary, 1-1000
   * @param pairs how many writes the drill {@code lag} reads at once, 100-1,000,000
   */
  public Catalogue(Duration silence, int switchovers, int pairs) {
    if (silence.compareTo(Duration.ofSeconds(1)) < 0
        || silence.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException(
          "--silence is %d s (expected: 1-600)".formatted(silence.toSeconds()));
    }
    if (switchovers < 1 || switchovers > 1000) {
      throw new IllegalArgumentException("--times is %d (expected: 1-1000)".formatted(switchovers));
    }
    if (pairs < 100 || pairs > 1_000_000) {
      throw new IllegalArgumentException("--pairs is %d (expected: 100-1000000)".formatted(pairs));
    }
    drills =
        List.of(
            new PrimaryKill(),
            new Switchover(switchovers),
            new ReplicaKill(),
            new PrimaryRestart(),
            new PrimaryPause(silence),
            new PrimaryPartition(silence),
            new ControllersCut(),
            LeaderKill.EVERYWHERE,
            new TwoNodes(),
            new ReplicasKill("two-nodes-replica", Shape.ofReplicas(1)),
            new ReplicasKill("both-replicas-kill", Shape.STANDARD),
            new SecondFailure(),
            new Errant(),
            new ColdStart(),
            new Lag(pairs),
            new ControllersRace(),
            new WebKill(),
            new WebPause(),
            new RollingRestart(),
            new GatewayKill(),
            new Weights(),
            new Drain(),
            new ModeChange(),
            new SlowServer(),
            new FlappingServer(),
            new Nemesis(NEMESIS));
  }

  public List<Drill> all() {
    return drills;
  }

  public Optional<Drill> find(String name) {
    return drills.stream().filter(drill -> drill.name().equals(name)).findFirst();
  }
}
