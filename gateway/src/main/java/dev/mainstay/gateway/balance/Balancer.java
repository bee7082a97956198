package dev.mainstay.gateway.balance;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * Gives each request a server, by smooth weighted round robin over those that may take one ({@link
 * Roster}, {@link Rotation}).
 *
 * <p>Picks take no lock and are exact under any number of threads. A change is in force for every
 * pick that starts after {@link #update} returns; it keeps the running state: no burst, no restart
 * of the cycle, no catching up for a server that comes back.
 *
 * <pre>{@code
 * var balancer = new Balancer(new Roster(Mode.ACTIVE_ACTIVE, List.of(a5, b1, c1)), length -> 0);
 * // picks: a a b a c a a, a a b a c a a, …
 * }</pre>
 */
public final class Balancer {

  private final AtomicReference<Plan> plan;

  /** Guards the step from one plan to the next: changes come one after the other. */
  private final ReentrantLock changes = new ReentrantLock();

  /**
   * @param offset where to start in a cycle of the given length; random in production, so that two
   *     gateways do not march in step
   */
  public Balancer(Roster roster, IntUnaryOperator offset) {
    this.plan = new AtomicReference<>(Plan.starting(roster, offset));
  }

  /** The server for a new request; empty only if the operator took every server out. */
  public Optional<Server> pick() {
    return plan.get().pick();
  }

  /** Another server for a request that failed on {@code tried}; empty if there is no other. */
  public Optional<Server> pickOther(Set<String> tried) {
    return plan.get().pickOther(tried);
  }

  /**
   * Another server than those {@code tried} on which a request failed, and those that are {@code
   * full}; empty if every server that could take it is full. A standby does not take over from a
   * server that is full.
   */
  public Optional<Server> pickBeside(Set<String> tried, Set<String> full) {
    return plan.get().pickBeside(tried, full);
  }

  /** The servers as they are now. */
  public Roster roster() {
    return plan.get().roster();
  }

  /**
   * The weight by which a server takes new requests now: less than configured while it starts
   * slowly, 0 while it takes none, be it down, drained or standing by.
   */
  public int effectiveWeight(String id) {
    return plan.get().takers().stream()
        .filter(server -> server.id().equals(id))
        .mapToInt(Server::share)
        .findFirst()
        .orElse(0);
  }

  /**
   * Replaces the roster by what {@code change} makes of it, and returns that; if it throws, nothing
   * has changed.
   */
  public Roster update(UnaryOperator<Roster> change) {
    changes.lock();
    try {
      Plan now = plan.get();
      Roster next = change.apply(now.roster());
      if (!next.equals(now.roster())) {
        plan.set(now.succeededBy(next));
      }
      return next;
    } finally {
      changes.unlock();
    }
  }
}
