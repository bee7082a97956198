package dev.mainstay.db.controller.plan;

import java.time.Duration;

/**
 * What the planner has to know beside the observations.
 *
 * @param vacant for how long a majority of nodes has been reached without an open primary
 * @param provisioned whether this controller has seen to schema and accounts since it leads
 * @param freshClusterId the id that a cluster set up now would get
 */
public record Circumstances(Duration vacant, boolean provisioned, String freshClusterId) {

  public Circumstances {
    if (vacant.isNegative()) {
      throw new IllegalArgumentException("vacant is %s (expected: not negative)".formatted(vacant));
    }
  }
}
