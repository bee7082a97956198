package dev.mainstay.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mainstay.gateway.GatewayApplication;
import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.discovery.Target;
import dev.mainstay.gateway.memory.Memory;
import dev.mainstay.gateway.upstream.Changes;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/** What settings may say, and what is said of those that may not be. */
class SettingsTest {

  private static final String POOL = "mainstay.gateway.pools.web-app.";

  private static GatewaySettings bind(Map<String, String> settings) {
    BindHandler strict = new NoUnboundElementsBindHandler(BindHandler.DEFAULT);
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate(GatewaySettings.PREFIX, Bindable.of(GatewaySettings.class), strict);
  }

  private static Map<String, String> valid() {
    return new LinkedHashMap<>(
        Map.of(
            POOL + "servers[0].id", "web-1",
            POOL + "servers[0].uri", "http://127.0.0.1:8101",
            POOL + "servers[1].id", "web-2",
            POOL + "servers[1].uri", "http://127.0.0.1:8102"));
  }

  @Test
  void defaultsAreThoseOfTheContract() {
    GatewaySettings.PoolSettings pool = bind(valid()).pools().values().iterator().next();

    assertThat(pool.mode()).isEqualTo(Mode.ACTIVE_ACTIVE);
    assertThat(pool.servers().getFirst().weight()).isEqualTo(100);
    assertThat(pool.health())
        .isEqualTo(
            new GatewaySettings.HealthSettings(
                null,
                Duration.ofSeconds(1),
                Duration.ofMillis(250),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                2,
                3));
    assertThat(pool.retry()).isEqualTo(new GatewaySettings.RetrySettings(2, 20, 100));
    assertThat(pool.slowStart()).isEqualTo(Duration.ofSeconds(10));
    assertThat(pool.limits())
        .isEqualTo(new GatewaySettings.LimitSettings(0, 256, Duration.ofSeconds(5)));
    assertThat(pool.passive())
        .isEqualTo(
            new GatewaySettings.PassiveSettings(
                3, Duration.ofSeconds(10), Duration.ofSeconds(300), 50));
    assertThat(pool.timeouts())
        .isEqualTo(
            new GatewaySettings.TimeoutSettings(
                Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(15)));
  }

  @Test
  void serverWithoutAnIdHasThatOfItsAddress() {
    assertThat(
            bind(Map.of(POOL + "servers[0].uri", "http://10.0.0.7:80"))
                .pools()
                .values()
                .iterator()
                .next()
                .roster()
                .servers()
                .getFirst()
                .id())
        .isEqualTo("10.0.0.7:80");
  }

  @Test
  void nothingButThisGatewayIsWatchedByDefault() {
    GatewaySettings.StackSettings stack = bind(valid()).stack();

    assertThat(stack)
        .isEqualTo(new GatewaySettings.StackSettings(List.of(), List.of(), null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "controllers[0] | rt-1:9301         | stack: controllers has \"rt-1:9301\" (expected: scheme, host and port",
        "gateways[0]    | ftp://10.0.0.7:21 | stack: gateways has \"ftp://10.0.0.7:21\" (expected: scheme, host and port",
        "token          | ' '               | stack: token is blank (expected: a word, or no such key)",
      })
  void whatCannotBeWatchedIsNamed(String key, String value, String sentence) {
    Map<String, String> settings = valid();
    settings.put("mainstay.gateway.stack." + key, value);

    assertThat(complaint(settings)).startsWith("mainstay.gateway.").contains(sentence);
  }

  @Test
  void settingsAreShownWithoutTheToken() {
    Map<String, String> settings = valid();
    settings.put("mainstay.gateway.stack.token", "a-secret-word");

    assertThat(bind(settings).toString()).doesNotContain("a-secret-word");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "servers[1].weight    | -1                    | servers[1]: weight is -1 (expected: 0-256)",
        "servers[1].weight    | 257                   | servers[1]: weight is 257 (expected: 0-256)",
        "servers[1].weight    | x                     | servers[1].weight is \"x\" (expected: a whole number)",
        "servers[1].id        | web-1                 | web-app: server id \"web-1\" is there twice (expected: one server an id)",
        "servers[1].uri       | http://127.0.0.1      | servers[1]: uri is \"http://127.0.0.1\" (expected: scheme, host and port",
        "servers[1].uri       | http://127.0.0.1:1/x  | servers[1]: uri is \"http://127.0.0.1:1/x\" (expected: scheme, host and port",
        "servers[1].uri       | ftp://127.0.0.1:1     | servers[1]: uri is \"ftp://127.0.0.1:1\" (expected: scheme, host and port",
        "servers[1].uri       | localhost:8101        | servers[1]: uri is \"localhost:8101\" (expected: scheme, host and port",
        "servers[1].uri       | 127.0.0.1:8101        | servers[1].uri is \"127.0.0.1:8101\" (expected: scheme, host and port",
        "servers[1].backup    | maybe                 | servers[1].backup is \"maybe\" (expected: true or false)",
        "mode                 | both                  | mode is \"both\" (expected: active-active or active-passive)",
        "timeouts.connect     | 0ms                   | timeouts: connect is 0 ms (expected: 1 ms - 1 h)",
        "timeouts.response    | 0                     | timeouts: response is 0 ms (expected: 1 ms - 1 h)",
        "timeouts.total       | 5s                    | timeouts: total is 5000 ms (expected: at least response, 10000 ms)",
        "timeouts.total       | soon                  | timeouts.total is \"soon\" (expected: a time such as 500ms or 10s)",
        "health.interval      | 0                     | health: interval is 0 ms (expected: 10 ms - 1 h)",
        "health.timeout       | 0                     | health: timeout is 0 ms (expected: 1 ms - 10 min)",
        "health.rise          | 0                     | health: rise is 0 (expected: 1-1000)",
        "health.path          | health                | health: path is \"health\" (expected: a path such as /actuator/health/readiness)",
        "slow-start           | 2h                    | web-app: slow-start is 7200000 ms (expected: 0 - 1 h)",
        "passive.ejection     | 0                     | passive: ejection is 0 ms (expected: 10 ms - 1 h)",
        "passive.max-ejection | 5s                    | passive: max-ejection is 5000 ms (expected: at least ejection, 10000 ms, at most 24 h)",
        "passive.max-ejected-percent | 101            | passive: max-ejected-percent is 101 (expected: 0-100)",
        "limits.max-connections | -1                  | limits: max-connections is -1 (expected: 0-1000000)",
        "limits.queue-timeout | 0                     | limits: queue-timeout is 0 ms (expected: 1 ms - 1 h)",
        "retry.attempts       | -1                    | retry: attempts is -1 (expected: 0-10)",
        "retry.budget-percent | 101                   | retry: budget-percent is 101 (expected: 0-100)",
        "retry.budget-floor   | -1                    | retry: budget-floor is -1 (expected: 0-1000000)",
        "discovery.dns        | ''                    | discovery: dns is \"\" (expected: a host name and a port, such as web-app:8080)",
        "discovery.dns        | web-app               | discovery: dns is \"web-app\" (expected: a host name and a port",
        "discovery.dns        | :8080                 | discovery: dns is \":8080\" (expected: a host name and a port",
        "discovery.dns        | web-app:0             | discovery: dns is \"web-app:0\" (expected: a host name and a port",
        "discovery.dns        | web-app:65536         | discovery: dns is \"web-app:65536\" (expected: a host name and a port",
        "discovery.dns        | web-app:http          | discovery: dns is \"web-app:http\" (expected: a host name and a port",
        "discovery.dns        | http://web-app:80     | discovery: dns is \"http://web-app:80\" (expected: a host name and a port",
        "discovery.dns        | 10.0.0.7:8080         | discovery: dns is \"10.0.0.7:8080\" (expected: a host name and a port",
        "discovery.dns        | web..app:8080         | discovery: dns is \"web..app:8080\" (expected: a host name and a port",
        "discovery.interval   | 5s                    | discovery: dns is missing (expected: a host name and a port",
        "servers[1].wieght    | 5                     | servers[1].wieght is not a key that this version knows",
      })
  void wrongSettingIsNamedWithItsValueAndWhatWasExpected(
      String key, String value, String sentence) {
    Map<String, String> settings = valid();
    settings.put(POOL + key, value);

    assertThat(complaint(settings)).startsWith("mainstay.gateway.pools.").contains(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "interval | 0          | discovery: interval is 0 ms (expected: 100 ms - 1 h)",
        "interval | 2h         | discovery: interval is 7200000 ms (expected: 100 ms - 1 h)",
        "interval | often      | discovery.interval is \"often\" (expected: a time such as 500ms or 10s)",
        "weight   | 257        | discovery: weight is 257 (expected: 0-256)",
        "resolver | dns        | discovery: resolver is \"dns\" (expected: the address of a name server, such as 127.0.0.1:5353)",
        "resolver | 10.0.0.2:0 | discovery: resolver is \"10.0.0.2:0\" (expected: the address of a name server",
        "reslover | 10.0.0.2   | discovery.reslover is not a key that this version knows",
      })
  void wrongDiscoveryIsNamedLikewise(String key, String value, String sentence) {
    Map<String, String> settings =
        new LinkedHashMap<>(Map.of(POOL + "discovery.dns", "web-app:8080"));
    settings.put(POOL + "discovery." + key, value);

    assertThat(complaint(settings)).startsWith("mainstay.gateway.pools.").contains(sentence);
  }

  @Test
  void discoveryAloneMakesAPool() {
    GatewaySettings.PoolSettings pool =
        bind(Map.of(
                POOL + "discovery.dns",
                "web-app.prod.svc.cluster.local.:8080",
                POOL + "discovery.resolver",
                "10.0.0.2, [2001:db8::53]:5353"))
            .pools()
            .values()
            .iterator()
            .next();

    GatewaySettings.DiscoverySettings discovery = Objects.requireNonNull(pool.discovery());
    assertThat(pool.roster().servers()).isEmpty();
    assertThat(discovery.target()).isEqualTo(new Target("web-app.prod.svc.cluster.local.", 8080));
    assertThat(discovery.interval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(discovery.weight()).isEqualTo(100);
    assertThat(discovery.nameServers())
        .containsExactly(
            new InetSocketAddress("10.0.0.2", 53), new InetSocketAddress("2001:db8::53", 5353));
  }

  @Test
  void noServerAtAllIsRefused() {
    assertThat(complaint(Map.of())).contains("mainstay.gateway: pools is empty");
    assertThat(complaint(Map.of(POOL + "mode", "active-active")))
        .contains("mainstay.gateway.pools.web-app: servers is empty");
    assertThat(complaint(Map.of(POOL + "servers[0].id", "a")))
        .contains("servers[0]: uri is missing");
  }

  @Test
  void poolNameMustFitAUri() {
    assertThat(
            complaint(
                Map.of("mainstay.gateway.pools[web_app].servers[0].uri", "http://127.0.0.1:1")))
        .contains("pools has the name \"web_app\"");
  }

  @Test
  void gatewaysThatStartTogetherDoNotMarchInStep() {
    GatewaySettings settings = bind(valid());

    Set<String> first =
        IntStream.range(0, 64)
            .mapToObj(
                i ->
                    new GatewayConfiguration()
                        .pools(settings, new Memory(Optional.empty()), new Changes())
                        .all()
                        .iterator()
                        .next()
                        .begin()
                        .orElseThrow()
                        .server()
                        .id())
            .collect(Collectors.toSet());

    assertThat(first).hasSizeGreaterThan(1);
  }

  @Test
  void peerNeedsAnAddress() {
    Map<String, String> settings = valid();
    settings.put("mainstay.gateway.peers[0]", "gw-2");

    assertThat(complaint(settings))
        .contains(
            "peers has \"gw-2\" (expected: scheme, host and port, such as http://127.0.0.1:9091)");
  }

  @Test
  void tokenIsNeverPrinted() {
    Map<String, String> settings = valid();
    settings.put("mainstay.gateway.admin.token", "hush");

    assertThat(bind(settings).toString()).doesNotContain("hush");
  }

  @Test
  void routeToAnUnknownPoolStopsTheStart() {
    assertThat(
            start(
                "--spring.cloud.gateway.server.webflux.routes[0].id=r",
                "--spring.cloud.gateway.server.webflux.routes[0].uri=lb://wep-app",
                "--spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/**"))
        .isEqualTo(
            "Route r leads to \"lb://wep-app\", and there is no pool \"wep-app\" (expected one of: web-app)");
  }

  @Test
  void twoPoolsWithoutARouteStopTheStart() {
    assertThat(start("--mainstay.gateway.pools.other.servers[0].uri=http://127.0.0.1:1"))
        .contains("routes is empty, and there is more than one pool");
  }

  @Test
  void adminOnTheSitesPortStopsTheStart() {
    assertThat(start("--server.port=18080", "--management.server.port=18080"))
        .isEqualTo(
            "management.server.port is \"18080\", the site's own port (expected: another port, for the admin API)");
  }

  /** Why the gateway did not start. */
  private static String start(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--server.port=0", "--management.server.port=0"));
    // What is given twice on a command line becomes a list.
    List.of(more)
        .forEach(
            argument -> arguments.removeIf(it -> it.startsWith(argument.split("=", 2)[0] + "=")));
    arguments.addAll(List.of(more));
    arguments.add("--" + POOL + "servers[0].uri=http://127.0.0.1:1");
    Throwable failure =
        catchThrowable(
            () ->
                new SpringApplicationBuilder(GatewayApplication.class)
                    .run(arguments.toArray(String[]::new))
                    .close());
    return String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
  }

  private static String complaint(Map<String, String> settings) {
    Throwable failure = catchThrowable(() -> bind(settings));
    assertThat(failure).isInstanceOf(BindException.class);
    FailureAnalysis analysis =
        Objects.requireNonNull(new SettingsFailureAnalyzer().analyze(failure), "not analyzed");
    return String.valueOf(analysis.getDescription());
  }
}
