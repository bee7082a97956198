package dev.mainstay.db.router.config;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.router.CausalReads;
import dev.mainstay.db.router.CausalTokens;
import dev.mainstay.db.router.Cluster;
import dev.mainstay.db.router.RepeatedReads;
import dev.mainstay.db.router.Router;
import dev.mainstay.db.router.Use;
import dev.mainstay.db.router.Writes;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is counted and measured.
 *
 * <ul>
 *   <li>{@code mainstay.db.connections} by {@code node} and {@code use} (read, write): connections
 *       handed out
 *   <li>{@code mainstay.db.writes.without.primary}: writes refused for lack of a primary
 *   <li>{@code mainstay.db.writes.held}: writes that wait for a primary now
 *   <li>{@code mainstay.db.writes.hold}: how many have waited, and how long (a timer)
 *   <li>{@code mainstay.db.writes.rerun}: writes run again because their primary was lost
 *   <li>{@code mainstay.db.commits.in.doubt} by {@code outcome} (done, not_done, unknown): COMMITs
 *       that were sent and not answered, and what a lookup told
 *   <li>{@code mainstay.db.connections.aborted}: connections in use that were broken because their
 *       node lost its office or went away
 *   <li>{@code mainstay.db.reads.repeated}: reads run again because a node went away
 *   <li>{@code mainstay.db.reads.causal} by {@code outcome} (covered, waited, primary, stale):
 *       reads that had to see something, and who answered: a replica that was known to have it, one
 *       that was waited for, the primary, or a node that may lack it
 *   <li>{@code mainstay.db.reads.causal.wait} by {@code reached} (true, false): how long replicas
 *       were waited for (a timer, with percentiles), and whether they made it
 *   <li>{@code mainstay.db.causal.tokens.ignored} by {@code reason} (too_long, malformed, forged,
 *       foreign, lost)
 *   <li>{@code mainstay.db.node.reads} by {@code node}: 1 while it is in the rotation of reads
 *   <li>{@code mainstay.db.node.reachable}, {@code mainstay.db.node.primary} by {@code node}: 0 or
 *       1
 *   <li>{@code mainstay.db.node.lag} by {@code node}: seconds, NaN when unknown
 *   <li>{@code mainstay.db.epoch}: NaN when unknown
 * </ul>
 */
final class RouterMetrics implements MeterBinder {

  private final List<NodeAddress> nodes;
  private final Cluster cluster;
  private final Router router;
  private final RepeatedReads reads;
  private final Writes writes;
  private final @Nullable CausalTokens tokens;

  /**
   * @param tokens null where nobody gets any
   */
  RouterMetrics(
      List<NodeAddress> nodes,
      Cluster cluster,
      Router router,
      RepeatedReads reads,
      Writes writes,
      @Nullable CausalTokens tokens) {
    this.nodes = nodes;
    this.cluster = cluster;
    this.router = router;
    this.reads = reads;
    this.writes = writes;
    this.tokens = tokens;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (NodeAddress node : nodes) {
      NodeId id = node.id();
      for (Use use : Use.values()) {
        FunctionCounter.builder("mainstay.db.connections", router, r -> r.routed(id, use))
            .description("Connections handed out")
            .tags("node", id.value(), "use", use.name().toLowerCase(Locale.ROOT))
            .register(registry);
      }
      gauge(
          registry,
          "reachable",
          "1 while the node can be reached",
          id,
          state -> state.role() == Role.UNREACHABLE ? 0 : 1);
      gauge(
          registry,
          "primary",
          "1 while the node is the primary",
          id,
          state -> state.role() == Role.PRIMARY ? 1 : 0);
      gauge(
          registry,
          "lag",
          "Seconds that the node is behind the primary",
          id,
          state -> state.lag().map(lag -> lag.toMillis() / 1000.0).orElse(Double.NaN));
      Gauge.builder("mainstay.db.node.reads", router, r -> r.isInRotation(id) ? 1 : 0)
          .description("1 while the node is in the rotation of reads")
          .tags("node", id.value())
          .register(registry);
    }
    causalReads(registry);
    FunctionCounter.builder(
            "mainstay.db.writes.without.primary", router, Router::writesWithoutPrimary)
        .description("Writes refused because there was no primary")
        .register(registry);
    Gauge.builder("mainstay.db.writes.held", router, Router::heldWrites)
        .description("Writes that wait for a primary now")
        .register(registry);
    FunctionTimer.builder(
            "mainstay.db.writes.hold",
            router,
            Router::releasedWrites,
            r -> r.heldTime(TimeUnit.NANOSECONDS),
            TimeUnit.NANOSECONDS)
        .description("How long writes waited for a primary, of those that had to")
        .register(registry);
    FunctionCounter.builder("mainstay.db.writes.rerun", writes, Writes::rerun)
        .description("Writes run again because their primary was lost")
        .register(registry);
    inDoubt(registry, "done", Writes::foundDone);
    inDoubt(registry, "not_done", Writes::foundNotDone);
    inDoubt(registry, "unknown", Writes::undecided);
    FunctionCounter.builder("mainstay.db.connections.aborted", router, Router::aborted)
        .description("Connections in use broken because their node lost its office or went away")
        .register(registry);
    FunctionCounter.builder("mainstay.db.reads.repeated", reads, RepeatedReads::repeated)
        .description("Reads run again because the node that they ran on went away")
        .register(registry);
    Gauge.builder(
            "mainstay.db.epoch",
            cluster,
            c -> c.topology().epoch().map(e -> (double) e.epoch()).orElse(Double.NaN))
        .description("The epoch in force")
        .register(registry);
  }

  private void causalReads(MeterRegistry registry) {
    for (CausalReads.Outcome outcome : CausalReads.Outcome.values()) {
      FunctionCounter.builder(
              "mainstay.db.reads.causal", router.causal(), reads -> reads.answered(outcome))
          .description("Reads that had to see something, by who answered")
          .tags("outcome", outcome.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    Timer reached = wait(registry, true);
    Timer inVain = wait(registry, false);
    router.causal().onWait((made, took) -> (made ? reached : inVain).record(took));
    if (tokens != null) {
      for (CausalTokens.Ignored reason : CausalTokens.Ignored.values()) {
        FunctionCounter.builder("mainstay.db.causal.tokens.ignored", tokens, t -> t.ignored(reason))
            .description("Tokens that counted for nothing")
            .tags("reason", reason.name().toLowerCase(Locale.ROOT))
            .register(registry);
      }
    }
  }

  private static Timer wait(MeterRegistry registry, boolean reached) {
    return Timer.builder("mainstay.db.reads.causal.wait")
        .description("How long a replica was waited for to show what a read had to see")
        .tags("reached", Boolean.toString(reached))
        .publishPercentiles(0.5, 0.99)
        .register(registry);
  }

  private void inDoubt(MeterRegistry registry, String outcome, ToDoubleFunction<Writes> count) {
    FunctionCounter.builder("mainstay.db.commits.in.doubt", writes, count)
        .description("COMMITs that were sent and not answered, by what a lookup told")
        .tags("outcome", outcome)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      NodeId id,
      ToDoubleFunction<NodeState> value) {
    Gauge.builder(
            "mainstay.db.node." + name,
            cluster,
            c -> state(c, id).map(value::applyAsDouble).orElse(Double.NaN))
        .description(description)
        .tags("node", id.value())
        .register(registry);
  }

  private static Optional<NodeState> state(Cluster cluster, NodeId id) {
    return cluster.topology().nodes().stream()
        .filter(node -> node.address().id().equals(id))
        .findFirst();
  }
}
