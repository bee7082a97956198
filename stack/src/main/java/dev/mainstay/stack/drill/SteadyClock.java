package dev.mainstay.stack.drill;

import java.time.Instant;
import java.time.InstantSource;

/** The time of day when it was made, and from then on a clock that nobody sets. */
final class SteadyClock implements InstantSource {

  private final Instant base = Instant.now();
  private final long origin = System.nanoTime();

  @Override
  public Instant instant() {
    return base.plusNanos(System.nanoTime() - origin);
  }
}
