package dev.mainstay.gateway.upstream;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of a pool, as the log and the event stream tell it.
 *
 * @param server the server it concerns; null for the pool itself
 * @param who {@code admin}, {@code check}, {@code request}, {@code dns}, {@code time} or {@code
 *     pool}
 * @param what the fact that changed: {@code health}, {@code ejection}, {@code weight}, {@code
 *     state}, {@code backup}, {@code mode}, {@code member}, {@code discovery}
 * @param lasted how long it was {@code from}, where known
 */
public record Change(
    Instant at,
    String pool,
    @Nullable String server,
    String who,
    String what,
    String from,
    String to,
    String why,
    @Nullable Duration lasted) {

  @Override
  public String toString() {
    StringBuilder line = new StringBuilder("pool ").append(pool);
    if (server != null) {
      line.append(": server ").append(server);
    }
    line.append(": ")
        .append(what)
        .append(' ')
        .append(from)
        .append(" -> ")
        .append(to)
        .append(" by ")
        .append(who);
    if (lasted != null) {
      line.append(" after %.1f s".formatted(lasted.toMillis() / 1000.0));
    }
    return line.append(": ").append(why).toString();
  }
}
