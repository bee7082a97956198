package dev.mainstay.stack.launch;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.supervise.ControlSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of each Java process, as Spring Boot reads it from {@code conf/NAME.yml} (JSON
 * is YAML too). Pure: the same options and secrets give the same text.
 */
final class Settings {

  private final Options options;
  private final Secrets secrets;
  private final Wiring wiring;

  Settings(Options options, Secrets secrets, Wiring wiring) {
    this.options = options;
    this.secrets = secrets;
    this.wiring = wiring;
  }

  Map<String, Object> of(Name name) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("server", Map.of("address", "127.0.0.1", "port", options.portOf(name)));
    settings.put("spring", Map.of("main", Map.of("banner-mode", "off")));
    switch (name.role()) {
      case CONTROLLER -> settings.put("mainstay.controller", controller(name));
      case WEB_APP -> {
        settings.put(
            "mainstay.web",
            Map.of("instance", name.toString(), "seed", Map.of("notices", options.notices())));
        settings.put("mainstay.db", database());
      }
      case GATEWAY -> {
        settings.put(
            "management",
            Map.of("server", Map.of("address", "127.0.0.1", "port", options.adminPortOf(name))));
        settings.put("mainstay.gateway", gateway(name));
        settings.put("spring.cloud.gateway.server.webflux.routes", List.of(forms(), everything()));
      }
      case NODE -> throw new IllegalArgumentException("%s is no Java process".formatted(name));
    }
    settings.putAll(wiring.of(name));
    return settings;
  }

  /**
   * Settings for a run that only fills the cache of classes: no port is bound, what would be
   * connected to is not there, and no secret is known.
   */
  static Map<String, Object> forTraining(Role role) {
    Options highest = new Options(2, 1, 2, 2, Options.Database.AUTO, Options.HIGHEST_PORT, 0);
    Secrets none = new Secrets("none", "none", "none", "none", "none", "none");
    Map<String, Object> settings = new Settings(highest, none, Wiring.NONE).of(new Name(role, 1));
    settings.put("server", Map.of("address", "127.0.0.1", "port", 0));
    if (role == Role.GATEWAY) {
      settings.put("management", Map.of("server", Map.of("address", "127.0.0.1", "port", 0)));
    }
    return settings;
  }

  private Map<String, Object> controller(Name name) {
    Map<String, Object> controller = new LinkedHashMap<>();
    controller.put("id", name.toString());
    controller.put("nodes", nodes());
    controller.put("schema", "mainstay");
    controller.put("username", "controller");
    controller.put("password", secrets.controller());
    controller.put("token", secrets.adminToken());
    controller.put("rebuild", true);
    // Seen from the folder in which it runs.
    controller.put("node-control", Map.of("socket", ControlSocket.NAME));
    controller.put(
        "accounts",
        Map.of(
            "application", account("app", secrets.application()),
            "migrate", account("migrate", secrets.migrate()),
            "monitor", account("monitor", secrets.monitor()),
            "replication", Map.of("password", secrets.replication())));
    return controller;
  }

  private Map<String, Object> database() {
    return Map.of(
        "nodes", nodes(),
        "schema", "mainstay",
        "username", "app",
        "password", secrets.application(),
        "migrate", account("migrate", secrets.migrate()),
        "monitor",
            Map.of(
                "username", "monitor",
                "password", secrets.monitor(),
                "controllers", controllers()));
  }

  private Map<String, Object> gateway(Name name) {
    return Map.of(
        "id", name.toString(),
        "share-port", options.gateways() > 1,
        "peers", otherGateways(name),
        "admin", Map.of("token", secrets.adminToken(), "state-file", stateFile(name)),
        "stack",
            Map.of(
                "controllers",
                controllers(),
                "gateways",
                otherGateways(name),
                "token",
                secrets.adminToken(),
                // Seen from the folder in which it runs.
                "supervisor",
                ControlSocket.NAME),
        "pools",
            Map.of(
                "web-app",
                Map.of(
                    "servers", servers(),
                    "health", Map.of("path", "/actuator/health/readiness"))));
  }

  /** The board's forms: 30 at once from an address, and one a second. The API has no limit. */
  private static Map<String, Object> forms() {
    return Map.of(
        "id",
        "forms",
        "uri",
        "lb://web-app",
        "predicates",
        List.of("Method=POST", "Path=/notices/**"),
        "filters",
        List.of(
            Map.of(
                "name",
                "RequestRateLimiter",
                "args",
                Map.of(
                    "bucket4j-rate-limiter.capacity", 30,
                    "bucket4j-rate-limiter.refill-tokens", 1,
                    "bucket4j-rate-limiter.refill-period", "1s"))));
  }

  private static Map<String, Object> everything() {
    return Map.of("id", "site", "uri", "lb://web-app", "predicates", List.of("Path=/**"));
  }

  /** Where a gateway keeps what its operator changed, seen from the folder in which it runs. */
  static String stateFile(Name gateway) {
    return gateway + ".pools.json";
  }

  private static Map<String, Object> account(String username, String password) {
    return Map.of("username", username, "password", password);
  }

  private List<String> nodes() {
    return names(Role.NODE).stream()
        .map(name -> "%s=127.0.0.1:%d".formatted(name, options.portOf(name)))
        .toList();
  }

  private List<String> controllers() {
    return names(Role.CONTROLLER).stream()
        .map(name -> "http://127.0.0.1:%d".formatted(options.portOf(name)))
        .toList();
  }

  /** The admin addresses of the gateways but this. */
  private List<String> otherGateways(Name gateway) {
    return names(Role.GATEWAY).stream()
        .filter(name -> !name.equals(gateway))
        .map(name -> "http://127.0.0.1:%d".formatted(options.adminPortOf(name)))
        .toList();
  }

  private List<Map<String, Object>> servers() {
    return names(Role.WEB_APP).stream()
        .map(
            name ->
                Map.<String, Object>of(
                    "id",
                    name.toString(),
                    "uri",
                    "http://127.0.0.1:" + options.portOf(name),
                    "weight",
                    100))
        .toList();
  }

  private List<Name> names(Role role) {
    return options.names().stream().filter(name -> name.role() == role).toList();
  }
}
