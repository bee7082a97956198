package dev.mainstay.gateway.config;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.discovery.NameServer;
import dev.mainstay.gateway.discovery.Target;
import dev.mainstay.gateway.guard.Bounds;
import dev.mainstay.gateway.health.EjectionRule;
import dev.mainstay.gateway.health.HealthPolicy;
import dev.mainstay.gateway.upstream.Limits;
import dev.mainstay.gateway.upstream.RetryRule;
import dev.mainstay.gateway.upstream.Rules;
import dev.mainstay.gateway.upstream.Timeouts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The gateway's settings, checked: a value that cannot be stops the start, as does a key that is
 * not known.
 *
 * @param id the name under which servers see this gateway; the host's name by default
 * @param pools the pools, by the name that routes use: {@code lb://NAME}
 * @param exposeServedBy whether responses carry {@code X-Served-By} with the server's id
 * @param sharePort whether other gateways of the same user may listen on the site's port too
 * @param peers the admin ports of the gateways that are told of changes made here, such as
 *     http://127.0.0.1:9091; this one may be among them
 * @param guard how slowly a client may send
 * @param express the short way of requests that are only balanced
 * @param admin who may see and change what
 * @param stack what else the dashboard shows
 */
@ConfigurationProperties(prefix = GatewaySettings.PREFIX, ignoreUnknownFields = false)
public record GatewaySettings(
    @Nullable String id,
    Map<String, PoolSettings> pools,
    @DefaultValue("true") boolean exposeServedBy,
    @DefaultValue("false") boolean sharePort,
    @DefaultValue List<URI> peers,
    @DefaultValue GuardSettings guard,
    @DefaultValue ExpressSettings express,
    @DefaultValue AdminSettings admin,
    @DefaultValue StackSettings stack) {

  static final String PREFIX = "mainstay.gateway";

  private static final Pattern POOL_NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

  public GatewaySettings {
    if (isMissing(pools) || pools.isEmpty()) {
      throw new IllegalArgumentException(
          "pools is empty (expected: a pool with a server, such as pools.web.servers[0].uri=http://127.0.0.1:8101)");
    }
    for (URI peer : peers) {
      if (!"http".equals(peer.getScheme()) || peer.getHost() == null || peer.getPort() < 1) {
        throw new IllegalArgumentException(
            "peers has \"%s\" (expected: scheme, host and port, such as http://127.0.0.1:9091)"
                .formatted(peer));
      }
    }
    pools.forEach(
        (name, pool) -> {
          if (!POOL_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                "pools has the name \"%s\" (expected: 1-63 of a-z, 0-9 and -, a letter first)"
                    .formatted(name));
          }
        });
  }

  /** The name under which servers see this gateway. */
  String nameOrHost() {
    if (id != null) {
      return id;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "gateway";
    }
  }

  /**
   * A pool.
   *
   * @param mode active-active, or active-passive: the first usable server takes all
   * @param servers in order: the first in order wins a tie, the first usable backup stands in
   * @param allBackups whether all usable backups stand in together, by weight, in place of the
   *     first
   * @param discovery where more servers are found
   * @param health how servers are checked
   * @param passive when a server is ejected for errors of live requests
   * @param limits how many requests a server gets at a time, and how others wait
   * @param slowStart how long a server that came up or ready takes to reach its weight; 0 for none
   * @param retry how often a request is sent again
   * @param timeouts how long a request may take
   */
  public record PoolSettings(
      @DefaultValue("active-active") Mode mode,
      @DefaultValue List<ServerSettings> servers,
      @DefaultValue("false") boolean allBackups,
      @Nullable DiscoverySettings discovery,
      @DefaultValue HealthSettings health,
      @DefaultValue PassiveSettings passive,
      @DefaultValue LimitSettings limits,
      @DefaultValue("10s") Duration slowStart,
      @DefaultValue RetrySettings retry,
      @DefaultValue TimeoutSettings timeouts) {

    public PoolSettings {
      if (servers.isEmpty() && discovery == null) {
        throw new IllegalArgumentException(
            "servers is empty (expected: at least one, such as servers[0].uri=http://127.0.0.1:8101, or discovery.dns=web-app:8080)");
      }
      var _ = roster(mode, servers, allBackups);
      var _ = rules(health, timeouts, retry, passive, limits, slowStart);
    }

    Rules rules() {
      return rules(health, timeouts, retry, passive, limits, slowStart);
    }

    private static Rules rules(
        HealthSettings health,
        TimeoutSettings timeouts,
        RetrySettings retry,
        PassiveSettings passive,
        LimitSettings limits,
        Duration slowStart) {
      return new Rules(
          health.policy(),
          timeouts.timeouts(),
          retry.rule(),
          passive.rule(),
          limits.limits(),
          slowStart);
    }

    Roster roster() {
      return roster(mode, servers, allBackups);
    }

    private static Roster roster(Mode mode, List<ServerSettings> servers, boolean allBackups) {
      return new Roster(mode, servers.stream().map(ServerSettings::server).toList(), allBackups);
    }
  }

  /**
   * A server.
   *
   * @param id unique in its pool; host:port of the uri by default
   * @param uri scheme, host and port, such as http://127.0.0.1:8101
   * @param weight its share, 0-256; 0 takes no balanced request
   * @param backup whether it only stands in when no active server is usable
   */
  public record ServerSettings(
      @Nullable String id,
      URI uri,
      @DefaultValue("100") int weight,
      @DefaultValue("false") boolean backup) {

    public ServerSettings {
      if (isMissing(uri)) {
        throw new IllegalArgumentException(
            "uri is missing (expected: scheme, host and port, such as http://127.0.0.1:8101)");
      }
      var _ = server(id, uri, weight, backup);
    }

    Server server() {
      return server(id, uri, weight, backup);
    }

    private static Server server(@Nullable String id, URI uri, int weight, boolean backup) {
      String name =
          id != null ? id : uri.getRawAuthority() != null ? uri.getRawAuthority() : "unnamed";
      return Server.of(name, uri, weight, backup);
    }
  }

  /**
   * Where servers are found: every address of a name is one.
   *
   * @param dns the name and the servers' port, such as web-app:8080
   * @param interval between two questions
   * @param weight of a server when it is found, 0-256; 0 takes no balanced request
   * @param resolver name servers to ask, such as 127.0.0.1:5353, for the name as it is; by default
   *     the machine's own, with its search domains and its hosts file
   */
  public record DiscoverySettings(
      String dns,
      @DefaultValue("2s") Duration interval,
      @DefaultValue("100") int weight,
      @DefaultValue List<String> resolver) {

    public DiscoverySettings {
      if (isMissing(dns)) {
        throw new IllegalArgumentException(
            "dns is missing (expected: a host name and a port, such as web-app:8080)");
      }
      var _ = Target.parse(dns);
      if (interval.toMillis() < 100 || interval.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(
            "interval is %d ms (expected: 100 ms - 1 h)".formatted(interval.toMillis()));
      }
      if (weight < 0 || weight > Server.MAX_WEIGHT) {
        throw new IllegalArgumentException(
            "weight is %d (expected: 0-%d)".formatted(weight, Server.MAX_WEIGHT));
      }
      var _ = nameServers(resolver);
    }

    Target target() {
      return Target.parse(dns);
    }

    List<InetSocketAddress> nameServers() {
      return nameServers(resolver);
    }

    private static List<InetSocketAddress> nameServers(List<String> texts) {
      return texts.stream().map(text -> NameServer.parse(text)).toList();
    }
  }

  /**
   * How servers are checked.
   *
   * @param path what to GET, passed by 2xx and 3xx; without it an accepted connection is enough
   * @param interval between checks while nothing changes
   * @param fastInterval between checks while the server is on its way up or down
   * @param downInterval between checks of a server that is down
   * @param timeout of one check
   * @param rise successes in a row that bring a server up
   * @param fall failures in a row that take it down
   */
  public record HealthSettings(
      @Nullable String path,
      @DefaultValue("1s") Duration interval,
      @DefaultValue("250ms") Duration fastInterval,
      @DefaultValue("1s") Duration downInterval,
      @DefaultValue("1s") Duration timeout,
      @DefaultValue("2") int rise,
      @DefaultValue("3") int fall) {

    public HealthSettings {
      if (path != null && !path.matches("/[!-~]*")) {
        throw new IllegalArgumentException(
            "path is \"%s\" (expected: a path such as /actuator/health/readiness)".formatted(path));
      }
      if (timeout.toMillis() < 1 || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
        throw new IllegalArgumentException(
            "timeout is %d ms (expected: 1 ms - 10 min)".formatted(timeout.toMillis()));
      }
      var _ = new HealthPolicy(rise, fall, interval, fastInterval, downInterval);
    }

    HealthPolicy policy() {
      return new HealthPolicy(rise, fall, interval, fastInterval, downInterval);
    }
  }

  /**
   * When a server is ejected for errors of live requests.
   *
   * @param consecutiveErrors errors in a row that eject; 0 for never
   * @param ejection how long the first time; the n-th in a row takes n times as long
   * @param maxEjection never longer than that
   * @param maxEjectedPercent how many of a pool's servers may be ejected at a time, 0-100
   */
  public record PassiveSettings(
      @DefaultValue("3") int consecutiveErrors,
      @DefaultValue("10s") Duration ejection,
      @DefaultValue("300s") Duration maxEjection,
      @DefaultValue("50") int maxEjectedPercent) {

    public PassiveSettings {
      var _ = new EjectionRule(consecutiveErrors, ejection, maxEjection, maxEjectedPercent);
    }

    EjectionRule rule() {
      return new EjectionRule(consecutiveErrors, ejection, maxEjection, maxEjectedPercent);
    }
  }

  /**
   * How many requests a server gets at a time, and how those wait that come above.
   *
   * @param maxConnections requests in flight at one server; 0 for no limit
   * @param queue requests that may wait
   * @param queueTimeout how long a request waits before it is turned away
   */
  public record LimitSettings(
      @DefaultValue("0") int maxConnections,
      @DefaultValue("256") int queue,
      @DefaultValue("5s") Duration queueTimeout) {

    public LimitSettings {
      var _ = new Limits(maxConnections, queue, queueTimeout);
    }

    Limits limits() {
      return new Limits(maxConnections, queue, queueTimeout);
    }
  }

  /**
   * How often a request is sent again.
   *
   * @param attempts times a harmless request is sent again when a server fails it; refused
   *     connections are not counted
   * @param budgetPercent how many such retries the pool makes in ten seconds, in percent of its
   *     requests, 0-100
   * @param budgetFloor how many more
   */
  public record RetrySettings(
      @DefaultValue("2") int attempts,
      @DefaultValue("20") int budgetPercent,
      @DefaultValue("100") int budgetFloor) {

    public RetrySettings {
      var _ = new RetryRule(attempts, budgetPercent, budgetFloor);
    }

    RetryRule rule() {
      return new RetryRule(attempts, budgetPercent, budgetFloor);
    }
  }

  /**
   * How long a request may take: connect ≤ response ≤ total.
   *
   * @param connect until a server accepts the connection
   * @param response from the end of the request to the head of the response, on one server
   * @param total the same over all servers tried
   */
  public record TimeoutSettings(
      @DefaultValue("500ms") Duration connect,
      @DefaultValue("10s") Duration response,
      @DefaultValue("15s") Duration total) {

    public TimeoutSettings {
      var _ = new Timeouts(connect, response, total);
    }

    Timeouts timeouts() {
      return new Timeouts(connect, response, total);
    }
  }

  /**
   * The short way: what a route only balances goes to its server without passing through Spring
   * Cloud Gateway.
   *
   * @param enabled whether there is a short way; without it every request passes through Spring
   *     Cloud Gateway. It leaves paths as they are where Spring Cloud Gateway collapses //, and its
   *     requests are not in http_server_requests
   */
  public record ExpressSettings(@DefaultValue("true") boolean enabled) {}

  /**
   * How slowly a client may send; how much is Spring's to say ({@code
   * server.netty.max-initial-line-length}, {@code server.max-http-request-header-size}).
   *
   * @param headTimeout from the first byte of a request to the end of its headers
   * @param bodyTimeout how long a body may stand still while its server waits for more
   * @param lastCall how long before it ends the gateway closes each connection with the response
   *     that it gives there; 0s to 10s
   */
  public record GuardSettings(
      @DefaultValue("10s") Duration headTimeout,
      @DefaultValue("30s") Duration bodyTimeout,
      @DefaultValue("1s") Duration lastCall) {

    private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

    public GuardSettings {
      var _ = new Bounds(16, 16, headTimeout, bodyTimeout);
      if (lastCall.isNegative() || lastCall.compareTo(LONGEST_CALL) > 0) {
        throw new IllegalArgumentException(
            "last-call is %d ms (expected: 0-%d)"
                .formatted(lastCall.toMillis(), LONGEST_CALL.toMillis()));
      }
    }

    Bounds bounds(int line, int headers) {
      return new Bounds(line, headers, headTimeout, bodyTimeout);
    }
  }

  /**
   * Who may see and change what on the admin port.
   *
   * @param token what a change needs; without one, changes are refused
   * @param openRead whether reading needs nothing
   * @param hosts names other than localhost by which the admin port may be addressed; IP addresses
   *     always may
   * @param stateFile where changes of the pools are kept, so that a restart does not undo them;
   *     without one a restart begins as configured
   */
  public record AdminSettings(
      @Nullable String token,
      @DefaultValue("true") boolean openRead,
      @DefaultValue List<String> hosts,
      @Nullable Path stateFile) {

    public AdminSettings {
      if (token != null && token.isBlank()) {
        throw new IllegalArgumentException(
            "token is blank (expected: a long random word, or no such key)");
      }
    }

    /** Without the token: settings are printed at times. */
    @Override
    public String toString() {
      return "AdminSettings[openRead=%s, hosts=%s, stateFile=%s]"
          .formatted(openRead, hosts, stateFile);
    }
  }

  /**
   * What the dashboard shows beside this gateway's own pools.
   *
   * @param controllers where the db-router's controllers listen, such as http://127.0.0.1:9301;
   *     none: the picture has no database
   * @param gateways admin addresses of the other gateways, such as http://127.0.0.1:9091
   * @param token what controllers and other gateways are shown; without one no switchover can be
   *     asked for here
   * @param supervisor the socket of {@code ./mainstay up}, by which the dashboard can kill, pause
   *     and resume processes; without one it cannot
   */
  public record StackSettings(
      @DefaultValue List<URI> controllers,
      @DefaultValue List<URI> gateways,
      @Nullable String token,
      @Nullable Path supervisor) {

    public StackSettings {
      controllers.forEach(uri -> check("controllers", uri));
      gateways.forEach(uri -> check("gateways", uri));
      if (token != null && token.isBlank()) {
        throw new IllegalArgumentException("token is blank (expected: a word, or no such key)");
      }
    }

    private static void check(String key, URI uri) {
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!http || uri.getHost() == null) {
        throw new IllegalArgumentException(
            "%s has \"%s\" (expected: scheme, host and port, such as http://127.0.0.1:9301)"
                .formatted(key, uri));
      }
    }

    /** Without the token. */
    @Override
    public String toString() {
      return "StackSettings[controllers=%s, gateways=%s, supervisor=%s]"
          .formatted(controllers, gateways, supervisor);
    }
  }

  /** The binder leaves null what the configuration lacks, whatever the type says. */
  @SuppressWarnings("NullAway")
  private static boolean isMissing(@Nullable Object value) {
    return value == null;
  }
}
