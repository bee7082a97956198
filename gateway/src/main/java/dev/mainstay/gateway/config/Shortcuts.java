package dev.mainstay.gateway.config;

import dev.mainstay.gateway.express.Rule;
import dev.mainstay.gateway.express.Rule.Path;
import dev.mainstay.gateway.express.Table;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.cloud.gateway.handler.predicate.PredicateDefinition;
import org.springframework.cloud.gateway.route.RouteDefinition;

/**
 * Reads routes of Spring Cloud Gateway for what can be told of them without running them: a route
 * to {@code lb://POOL} whose predicates are {@code Path} (a path, or a subtree) and {@code Method},
 * with neither filter nor metadata, only balances.
 */
final class Shortcuts {

  private final Pools pools;

  Shortcuts(Pools pools) {
    this.pools = pools;
  }

  /** All routes, in the order in which Spring Cloud Gateway tries them. */
  Table of(List<RouteDefinition> routes) {
    return new Table(
        routes.stream()
            .sorted(Comparator.comparingInt(RouteDefinition::getOrder))
            .map(this::rule)
            .toList());
  }

  /** Everything to one pool. */
  static Table all(Pool pool) {
    return new Table(List.of(new Rule(Set.of(), List.of(Path.ALL), Optional.of(pool))));
  }

  private Rule rule(RouteDefinition route) {
    Set<String> methods = new HashSet<>();
    List<Path> paths = new ArrayList<>();
    boolean known =
        route.isEnabled()
            && route.getFilters().isEmpty()
            && route.getMetadata().isEmpty()
            && !route.getPredicates().isEmpty();
    boolean pathSeen = false;
    boolean methodSeen = false;
    for (PredicateDefinition predicate : route.getPredicates()) {
      // Twice the same predicate means both; that is not for here.
      if ("Path".equals(predicate.getName()) && !pathSeen && isList(predicate)) {
        pathSeen = true;
        for (String pattern : predicate.getArgs().values()) {
          Optional<Path> exactly = Path.exactly(pattern);
          known &= exactly.isPresent();
          paths.add(exactly.orElseGet(() -> Path.atMost(pattern)));
        }
      } else if ("Method".equals(predicate.getName()) && !methodSeen && isList(predicate)) {
        methodSeen = true;
        predicate.getArgs().values().forEach(methods::add);
      } else {
        known = false;
      }
    }
    Optional<Pool> pool = known ? pool(route) : Optional.empty();
    return new Rule(methods, paths, pool);
  }

  /** Whether the arguments are values and nothing else: {@code Path=/a,/b}. */
  private static boolean isList(PredicateDefinition predicate) {
    return predicate.getArgs().keySet().stream().allMatch(key -> key.startsWith("_genkey_"))
        && predicate.getArgs().values().stream().noneMatch(Shortcuts::isFlag);
  }

  private static boolean isFlag(String value) {
    return value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
  }

  private Optional<Pool> pool(RouteDefinition route) {
    String uri = String.valueOf(route.getUri());
    return uri.startsWith("lb://") ? pools.find(uri.substring(5)) : Optional.empty();
  }
}
