package dev.mainstay.gateway.config;

import dev.mainstay.gateway.upstream.Pools;
import java.net.URI;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.cloud.gateway.route.RouteDefinition;
import org.springframework.cloud.gateway.route.RouteDefinitionLocator;

/** Stops the start if a route leads to a pool that is not there. */
final class RouteCheck implements SmartInitializingSingleton {

  private final RouteDefinitionLocator routes;
  private final Pools pools;

  RouteCheck(RouteDefinitionLocator routes, Pools pools) {
    this.routes = routes;
    this.pools = pools;
  }

  @Override
  public void afterSingletonsInstantiated() {
    routes.getRouteDefinitions().doOnNext(this::check).then().block();
  }

  private void check(RouteDefinition route) {
    URI uri = route.getUri();
    if (uri == null || !uri.toString().startsWith("lb:")) {
      return;
    }
    String pool = poolOf(uri);
    if (pools.find(pool).isEmpty()) {
      throw new WrongSetupException(
          "Route %s leads to \"%s\", and there is no pool \"%s\" (expected one of: %s)"
              .formatted(route.getId(), uri, pool, pools.names()));
    }
  }

  /** The host of {@code lb://pool} or {@code lb:ws://pool}. */
  private static String poolOf(URI uri) {
    String rest = uri.toString().replaceFirst("^lb:([a-z]+:)?//", "");
    int end = rest.indexOf('/');
    return end < 0 ? rest : rest.substring(0, end);
  }
}
