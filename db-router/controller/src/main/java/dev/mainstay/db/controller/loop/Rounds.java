package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks at all nodes at once, and never waits long for any.
 *
 * <p>A node that does not answer within the limit is unreachable in this round. From then on it is
 * looked at in the background, and no round waits for it until it has answered there: a stopped
 * process costs the limit once, however its connections fail.
 */
final class Rounds implements AutoCloseable {

  private final List<Probe> probes;

  /**
   * Looks that outlasted their round or failed, and those after them. Touched by the loop's thread
   * only.
   */
  private final Map<NodeId, FutureTask<Sighting>> late = new HashMap<>();

  private final Duration limit;

  /** Of the next round. */
  private Duration patience;

  /**
   * @param first the limit of the first round, in which the driver is loaded, too
   */
  Rounds(List<Probe> probes, Duration limit, Duration first) {
    this.probes = List.copyOf(probes);
    this.limit = limit;
    this.patience = first;
  }

  /** One sighting a node, in the nodes' order. */
  List<Sighting> look() throws InterruptedException {
    Map<NodeId, FutureTask<Sighting>> looks = new HashMap<>();
    for (Probe probe : probes) {
      NodeId id = probe.node().id();
      FutureTask<Sighting> before = late.get(id);
      if (before == null || hasAnswered(before)) {
        late.remove(id);
        looks.put(id, begin(probe));
      }
    }
    long deadline = System.nanoTime() + patience.toNanos();
    patience = limit;
    List<Sighting> round = new ArrayList<>();
    for (Probe probe : probes) {
      FutureTask<Sighting> look = looks.get(probe.node().id());
      round.add(look == null ? inBackground(probe) : await(look, probe, deadline));
    }
    return round;
  }

  private static FutureTask<Sighting> begin(Probe probe) {
    FutureTask<Sighting> look = new FutureTask<>(probe::look);
    Thread.ofVirtual().name("look-" + probe.node().id()).start(look);
    return look;
  }

  private static boolean hasAnswered(FutureTask<Sighting> look) {
    return result(look).filter(s -> s.observation() instanceof Reached).isPresent();
  }

  private static Optional<Sighting> result(FutureTask<Sighting> look) {
    return look.state() == Future.State.SUCCESS ? Optional.of(look.resultNow()) : Optional.empty();
  }

  /** What the last look showed; once it is over, another one begins. */
  private Sighting inBackground(Probe probe) {
    NodeId id = probe.node().id();
    FutureTask<Sighting> before = late.get(id);
    if (before != null && !before.isDone()) {
      return probe.unreachable("does not answer");
    }
    late.put(id, begin(probe));
    return Optional.ofNullable(before)
        .flatMap(Rounds::result)
        .orElseGet(() -> probe.unreachable("does not answer"));
  }

  private Sighting await(FutureTask<Sighting> look, Probe probe, long deadline)
      throws InterruptedException {
    try {
      Sighting seen = look.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (!(seen.observation() instanceof Reached)) {
        late.put(probe.node().id(), look);
      }
      return seen;
    } catch (TimeoutException e) {
      late.put(probe.node().id(), look);
      return probe.unreachable("does not answer");
    } catch (ExecutionException e) {
      return probe.unreachable("cannot be observed: " + e.getCause());
    }
  }

  @Override
  public void close() {
    probes.forEach(Probe::close);
  }
}
