package dev.mainstay.stack.containers;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One container of the stack, under the name that its process would have: {@code web-2} for the
 * second of the service {@code web-app}.
 *
 * @param id the engine's; nothing for a service that should be there and is not
 * @param state what the engine says: the health if it runs and has one, else {@code exited}, …; or
 *     {@code absent}
 * @param memory in use, in bytes, while it runs
 */
public record Container(Name name, @Nullable String id, String state, @Nullable Long memory) {

  private static final Pattern NUMBER = Pattern.compile(".*-(\\d+)");
  private static final Pattern SIZE = Pattern.compile("([0-9.]+)([KMG]?)i?B.*");

  /**
   * The containers of a stack, and the absent ones, in order.
   *
   * @param services that should be there, a line each
   * @param listed {@code docker compose ps --all --format json}, an object a line
   * @param measured {@code docker stats --no-stream --format json}, an object a line
   */
  static List<Container> all(String services, String listed, String measured) {
    Map<String, String> sizes = new HashMap<>();
    measured
        .lines()
        .map(Json.MAPPER::readTree)
        .forEach(
            line -> sizes.put(line.path("ID").asString(""), line.path("MemUsage").asString("")));
    List<Container> containers = new ArrayList<>();
    List<String> there = new ArrayList<>();
    for (JsonNode line : listed.lines().map(Json.MAPPER::readTree).toList()) {
      String service = line.path("Service").asString("");
      String id = line.path("ID").asString("");
      there.add(service);
      name(service, line.path("Name").asString(""))
          .ifPresent(
              name -> containers.add(new Container(name, id, state(line), bytes(sizes, id))));
    }
    services
        .lines()
        .filter(service -> !there.contains(service))
        .forEach(
            service ->
                name(service, service + "-1")
                    .ifPresent(name -> containers.add(new Container(name, null, "absent", null))));
    containers.sort(Comparator.comparing(Container::name));
    return containers;
  }

  /** Empty for what is no part of the running stack, such as the service that makes the secrets. */
  private static Optional<Name> name(String service, String container) {
    Matcher number = NUMBER.matcher(container);
    return service.equals("web-app") && number.matches()
        ? Optional.of(new Name(Role.WEB_APP, Integer.parseInt(number.group(1))))
        : Name.parse(service);
  }

  /** The service in {@code docker-compose.yml} whose container has that name. */
  public static String service(Name name) {
    return name.role() == Role.WEB_APP ? "web-app" : name.toString();
  }

  private static String state(JsonNode line) {
    String health = line.path("Health").asString("");
    String state = line.path("State").asString("");
    return health.equals("healthy") || health.isEmpty() ? state : health;
  }

  private static @Nullable Long bytes(Map<String, String> sizes, String id) {
    OptionalLong bytes = bytes(sizes.getOrDefault(id, ""));
    return bytes.isPresent() ? bytes.getAsLong() : null;
  }

  /** The first of {@code 187.5MiB / 448MiB}, in bytes. */
  static OptionalLong bytes(String usage) {
    Matcher size = SIZE.matcher(usage);
    if (!size.matches()) {
      return OptionalLong.empty();
    }
    int shift =
        switch (size.group(2)) {
          case "K" -> 10;
          case "M" -> 20;
          case "G" -> 30;
          default -> 0;
        };
    return OptionalLong.of((long) (Double.parseDouble(size.group(1)) * (1L << shift)));
  }
}
