package dev.mainstay.gateway.testing;

import dev.mainstay.gateway.GatewayApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real gateway in front of scripted servers. Each pool is reached under {@code /POOL/}; its
 * servers are A, B, C … in the order of their weights. Checks come every few hundredths of a
 * second.
 */
public final class Rig implements AutoCloseable {

  public static final String TOKEN = "a-token-for-tests-only";

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Map<String, List<ScriptedServer>> pools = new LinkedHashMap<>();
  private final Map<String, Object> settings = new LinkedHashMap<>();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private int routes;
  private Optional<ConfigurableApplicationContext> context = Optional.empty();

  public Rig() {
    set("server.port", 0);
    set("management.server.port", 0);
    set("mainstay.gateway.id", "gw-1");
    set("mainstay.gateway.admin.token", TOKEN);
    set("mainstay.gateway.guard.last-call", "0s");
  }

  public Rig set(String key, Object value) {
    settings.put(key, value);
    return this;
  }

  /** A pool with a server of each weight. */
  public Rig pool(String name, int... weights) {
    List<ScriptedServer> servers = new ArrayList<>();
    String prefix = "mainstay.gateway.pools." + name;
    for (int i = 0; i < weights.length; i++) {
      ScriptedServer server = ScriptedServer.start(Character.toString('A' + i));
      servers.add(server);
      set("%s.servers[%d].id".formatted(prefix, i), server.name());
      set("%s.servers[%d].uri".formatted(prefix, i), server.uri());
      set("%s.servers[%d].weight".formatted(prefix, i), weights[i]);
    }
    set(prefix + ".health.path", "/health");
    set(prefix + ".health.interval", "50ms");
    set(prefix + ".health.fast-interval", "50ms");
    set(prefix + ".health.down-interval", "50ms");
    route(name, name);
    pools.put(name, servers);
    return this;
  }

  /** A pool of servers that are not this rig's, without checks; its route is like the others'. */
  public Rig poolOf(String name, String... uris) {
    String prefix = "mainstay.gateway.pools." + name;
    for (int i = 0; i < uris.length; i++) {
      set("%s.servers[%d].id".formatted(prefix, i), Character.toString('A' + i));
      set("%s.servers[%d].uri".formatted(prefix, i), uris[i]);
    }
    for (String interval : List.of("interval", "fast-interval", "down-interval")) {
      set("%s.health.%s".formatted(prefix, interval), "1h");
    }
    route(name, name);
    pools.put(name, List.of());
    return this;
  }

  private void route(String id, String pool) {
    routeOfItsOwn(id, pool, "Path=/%s/**".formatted(id));
  }

  /** A route to a pool; routes are tried in the order in which they were made. */
  public Rig routeOfItsOwn(String id, String pool, String... predicates) {
    String route = "spring.cloud.gateway.server.webflux.routes[%d].".formatted(routes++);
    set(route + "id", id);
    set(route + "uri", "lb://" + pool);
    for (int i = 0; i < predicates.length; i++) {
      set(route + "predicates[%d]".formatted(i), predicates[i]);
    }
    return this;
  }

  /** Another way to a pool, under {@code /ID/}, through a filter of Spring Cloud Gateway. */
  public Rig filtered(String id, String pool) {
    set(
        "spring.cloud.gateway.server.webflux.routes[%d].filters[0]".formatted(routes),
        "AddResponseHeader=X-Filtered, yes");
    route(id, pool);
    return this;
  }

  public Rig start() {
    String[] arguments =
        settings.entrySet().stream()
            .map(entry -> "--%s=%s".formatted(entry.getKey(), entry.getValue()))
            .toArray(String[]::new);
    context = Optional.of(new SpringApplicationBuilder(GatewayApplication.class).run(arguments));
    return this;
  }

  /** The gateway ends and is started again; its servers stay. */
  public Rig restart() {
    context().close();
    return start();
  }

  public ConfigurableApplicationContext context() {
    return context.orElseThrow();
  }

  public ScriptedServer server(String pool, String name) {
    return pools.getOrDefault(pool, List.of()).get(name.charAt(0) - 'A');
  }

  public int sitePort() {
    return context().getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  public int adminPort() {
    return context().getEnvironment().getRequiredProperty("local.management.port", Integer.class);
  }

  public URI site(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(sitePort(), path));
  }

  public URI admin(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(adminPort(), path));
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(
          request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (HttpTimeoutException e) {
      throw new AssertionError("no answer in 20 s; at that moment:\n" + threads(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What those do that could have answered. */
  private static String threads() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(
            thread -> thread.getKey().getName().matches("(reactor|HttpClient|boundedElastic).*"))
        .map(
            thread ->
                thread.getKey().getName()
                    + Arrays.stream(thread.getValue())
                        .map(frame -> "\n    " + frame)
                        .collect(Collectors.joining()))
        .collect(Collectors.joining("\n"));
  }

  public HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(site(path)));
  }

  public static String servedBy(HttpResponse<?> response) {
    return response.headers().firstValue("X-Served-By").orElse("-");
  }

  /** Who served {@code count} requests, one after the other. */
  public String servers(String path, int count) {
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < count; i++) {
      servers.append(servedBy(get(path)));
    }
    return servers.toString();
  }

  public static Map<String, Integer> counts(String servers) {
    Map<String, Integer> counts = new TreeMap<>();
    servers.chars().forEach(c -> counts.merge(Character.toString(c), 1, Integer::sum));
    return counts;
  }

  /** An admin request with the token. */
  public HttpResponse<String> admin(String method, String path, String body) {
    return send(
        HttpRequest.newBuilder(admin(path))
            .header("Authorization", "Bearer " + TOKEN)
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  /** The lines of an answer that has no end, as they come. */
  public HttpResponse<Stream<String>> follow(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public void change(String pool, String server, String body) {
    HttpResponse<String> response =
        admin("PATCH", "/api/pools/%s/servers/%s".formatted(pool, server), body);
    if (response.statusCode() != 200) {
      throw new AssertionError(response.body());
    }
  }

  public JsonNode pool(String name) {
    return JSON.readTree(send(HttpRequest.newBuilder(admin("/api/pools/" + name))).body());
  }

  /** A field of a server as the admin API shows it. */
  public String fact(String pool, String server, String field) {
    for (JsonNode each : pool(pool).get("servers")) {
      if (each.get("id").asString().equals(server)) {
        return each.get(field).asString();
      }
    }
    return "no such server";
  }

  @Override
  public void close() {
    context.ifPresent(ConfigurableApplicationContext::close);
    pools.values().forEach(servers -> servers.forEach(ScriptedServer::close));
    client.shutdownNow(); // a close would wait for streams that nobody reads any more
    client.close();
  }
}
