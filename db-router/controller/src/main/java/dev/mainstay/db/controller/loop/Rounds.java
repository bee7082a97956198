package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks at all nodes at once, and never waits long for any.
 *
 * <p>A node that does not answer within the limit is unreachable in this round. Its probe goes on
 * by itself until its own time-outs end it; until then later rounds do not wait for that node, so a
 * stopped process costs the limit now and then, not in every round.
 */
final class Rounds implements AutoCloseable {

  private final List<Probe> probes;

  /** Looks that outlasted their round. Touched by the loop's thread only. */
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
      if (before == null || before.isDone()) {
        late.remove(id);
        FutureTask<Sighting> look = new FutureTask<>(probe::look);
        looks.put(id, look);
        Thread.ofVirtual().name("look-" + id.value()).start(look);
      }
    }
    long deadline = System.nanoTime() + patience.toNanos();
    patience = limit;
    List<Sighting> round = new ArrayList<>();
    for (Probe probe : probes) {
      NodeId id = probe.node().id();
      FutureTask<Sighting> look = looks.get(id);
      round.add(look == null ? probe.unreachable("does not answer") : await(look, probe, deadline));
    }
    return round;
  }

  private Sighting await(FutureTask<Sighting> look, Probe probe, long deadline)
      throws InterruptedException {
    try {
      return look.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
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
