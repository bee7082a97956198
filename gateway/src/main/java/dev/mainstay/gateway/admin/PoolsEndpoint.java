package dev.mainstay.gateway.admin;

import dev.mainstay.gateway.upstream.Pools;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** {@code /actuator/pools}: what {@code GET /api/pools} shows, for those who have an actuator. */
@Endpoint(id = "pools")
public final class PoolsEndpoint {

  private final Pools pools;

  public PoolsEndpoint(Pools pools) {
    this.pools = pools;
  }

  /** All pools. */
  @ReadOperation
  public Listing pools() {
    return new Listing(pools.all().stream().map(View::of).toList());
  }

  /** One of them; null, and so 404, if there is none of that name. */
  @ReadOperation
  public @Nullable Single pool(@Selector String name) {
    return pools.find(name).map(pool -> new Single(View.of(pool))).orElse(null);
  }

  /** The pools, in the order of the configuration. */
  public record Listing(List<View> pools) implements OperationResponseBody {}

  /** A pool. */
  public record Single(View pool) implements OperationResponseBody {}
}
