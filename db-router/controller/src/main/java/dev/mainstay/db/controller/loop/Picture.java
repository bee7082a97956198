package dev.mainstay.db.controller.loop;

import dev.mainstay.db.Topology;
import dev.mainstay.db.controller.plan.Strategy.Vacancy;
import java.time.Instant;
import java.util.Optional;

/**
 * What the controller knows after a round.
 *
 * @param leader the id of the controller that leads, as far as it is known
 * @param leading whether that is this one
 * @param vacancy while no primary in office is open
 * @param waiting what the cluster waits for, if anything
 */
public record Picture(
    Instant at,
    Topology topology,
    Optional<String> leader,
    boolean leading,
    Optional<Vacancy> vacancy,
    Optional<String> waiting) {

  static Picture unknown(Instant at) {
    return new Picture(
        at, Topology.unknown(), Optional.empty(), false, Optional.empty(), Optional.empty());
  }
}
