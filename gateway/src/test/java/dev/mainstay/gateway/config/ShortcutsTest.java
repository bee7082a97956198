package dev.mainstay.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.express.Table;
import dev.mainstay.gateway.health.HealthPolicy;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import dev.mainstay.gateway.upstream.RetryRule;
import dev.mainstay.gateway.upstream.Timeouts;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.cloud.gateway.filter.FilterDefinition;
import org.springframework.cloud.gateway.handler.predicate.PredicateDefinition;
import org.springframework.cloud.gateway.route.RouteDefinition;

/** What is told of routes without running them; "-" where only Spring Cloud Gateway can tell. */
class ShortcutsTest {

  private final Pools pools = new Pools(List.of(pool("web"), pool("shop")));

  private static Pool pool(String name) {
    Duration second = Duration.ofSeconds(1);
    return new Pool(
        name,
        new Roster(Mode.ACTIVE_ACTIVE, List.of()),
        new HealthPolicy(1, 1, second, second, second),
        new Timeouts(second, second, second),
        new RetryRule(1),
        length -> 0,
        InstantSource.system(),
        change -> {});
  }

  private static RouteDefinition route(String uri, String... predicates) {
    RouteDefinition route = new RouteDefinition();
    route.setId(uri);
    route.setUri(URI.create(uri));
    route.setPredicates(List.of(predicates).stream().map(PredicateDefinition::new).toList());
    return route;
  }

  private String found(String method, String target, RouteDefinition... routes) {
    Table table = new Shortcuts(pools).of(List.of(routes));
    return table.find(method, target).map(Pool::name).orElse("-");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,  /shop,         shop",
    "GET,  /shop/,        shop",
    "GET,  /shop/a/b?c,   shop",
    "GET,  /shop?/x,      shop",
    "GET,  /shopping,     web",
    "GET,  /Shop/,        web",
    "GET,  /basket,       shop",
    "GET,  /basket/,      web",
    "GET,  /?q=/shop/%41, web",
    "GET,  /sh%6Fp/,      -",
    "GET,  /x;shop/a,     -",
    "GET,  //shop/a,      -",
    "GET,  *,             -",
    "GET,  http://a/shop, -",
    "POST, /submit,       shop",
    "GET,  /submit,       web",
  })
  void firstRouteThatTakesTheRequestDecides(String method, String target, String pool) {
    assertThat(
            found(
                method,
                target,
                route("lb://shop", "Path=/shop/**,/basket"),
                route("lb://shop", "Path=/submit", "Method=POST,PUT"),
                route("lb://web", "Path=/**")))
        .isEqualTo(pool);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/x,    -",
    "/api,      -",
    "/apiary,   -",
    "/other,    web",
  })
  void routeThatIsNotUnderstoodKeepsWhatItMightTake(String target, String pool) {
    assertThat(
            found(
                "GET", target, route("lb://shop", "Path=/api/{id}"), route("lb://web", "Path=/**")))
        .isEqualTo(pool);
  }

  @Test
  void routeThatDoesMoreThanBalanceIsNotTaken() {
    RouteDefinition filtered = route("lb://shop", "Path=/shop/**");
    filtered.setFilters(List.of(new FilterDefinition("StripPrefix=1")));
    RouteDefinition told = route("lb://shop", "Path=/told/**");
    told.getMetadata().put("response-timeout", 200);
    RouteDefinition all = route("lb://web", "Path=/**");

    assertThat(found("GET", "/shop/a", filtered, all)).isEqualTo("-");
    assertThat(found("GET", "/told/a", told, all)).isEqualTo("-");
    assertThat(found("GET", "/else", filtered, told, all)).isEqualTo("web");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"Host=a.example", "Header=X-A", "Query=q", "Weight=group, 5", "Cookie=c, d"})
  void predicateThatIsNotKnownStopsTheSearch(String predicate) {
    assertThat(found("GET", "/", route("lb://shop", predicate), route("lb://web", "Path=/**")))
        .isEqualTo("-");
    assertThat(
            found(
                "GET",
                "/",
                route("lb://shop", predicate, "Path=/shop/**"),
                route("lb://web", "Path=/**")))
        .isEqualTo("web");
  }

  @Test
  void orderIsSpringCloudGateways() {
    RouteDefinition last = route("lb://web", "Path=/**");
    last.setOrder(1);

    assertThat(found("GET", "/shop/a", last, route("lb://shop", "Path=/shop/**")))
        .isEqualTo("shop");
  }

  @Test
  void otherTargetsAreNotTaken() {
    assertThat(found("GET", "/", route("http://127.0.0.1:1", "Path=/**"))).isEqualTo("-");
    assertThat(found("GET", "/", route("lb:ws://web", "Path=/**"))).isEqualTo("-");
    assertThat(found("GET", "/", route("lb://nobody", "Path=/**"))).isEqualTo("-");
    assertThat(new Shortcuts(pools).of(List.of()).find("GET", "/")).isEmpty();
  }
}
