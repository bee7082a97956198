package dev.mainstay.stack.remote;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The same change on every gateway, by their admin APIs. Each is asked what it knows before any is
 * changed, so that one that does not answer leaves all as they were.
 */
public final class Steering {

  private final List<Gateway> gateways;
  private final String token;

  public Steering(List<Gateway> gateways, String token) {
    this.gateways = List.copyOf(gateways);
    this.token = token;
  }

  /** All gateways of a stack of processes. */
  public static List<Gateway> gateways(Options options) {
    return options.names().stream()
        .filter(name -> name.role() == Role.GATEWAY)
        .map(name -> new Gateway(name, options))
        .toList();
  }

  /**
   * Changes a server.
   *
   * @param change any of {@code weight}, {@code state}, {@code backup}
   * @return the gateways, in the order in which they were changed
   * @throws Problem if a gateway does not answer, knows no such server or refuses
   */
  public List<Name> change(String server, Map<String, Object> change) {
    Map<Gateway, String> found = new LinkedHashMap<>();
    poolsOfEach()
        .forEach(
            (gateway, pools) ->
                found.put(
                    gateway,
                    pools.stream()
                        .filter(pool -> servers(pool).anyMatch(server::equals))
                        .map(Steering::named)
                        .findFirst()
                        .orElseThrow(
                            () ->
                                new Problem(
                                    "%s knows no server %s. There are: %s."
                                        .formatted(
                                            gateway.name(),
                                            server,
                                            pools.stream()
                                                .flatMap(Steering::servers)
                                                .collect(Collectors.joining(", ")))))));
    found.forEach((gateway, pool) -> gateway.change(pool, server, change, token));
    return names();
  }

  /**
   * Changes the mode of every pool.
   *
   * @param mode {@code active-active} or {@code active-passive}
   * @return the gateways, in the order in which they were changed
   * @throws Problem if a gateway does not answer or refuses
   */
  public List<Name> mode(String mode) {
    poolsOfEach()
        .forEach((gateway, pools) -> pools.forEach(pool -> gateway.mode(named(pool), mode, token)));
    return names();
  }

  private List<Name> names() {
    return gateways.stream().map(Gateway::name).toList();
  }

  private Map<Gateway, List<JsonNode>> poolsOfEach() {
    Map<Gateway, List<JsonNode>> all = new LinkedHashMap<>();
    for (Gateway gateway : gateways) {
      all.put(
          gateway,
          gateway
              .pools()
              .orElseThrow(
                  () ->
                      new Problem(
                          "%s does not answer at %s; nothing was changed."
                              .formatted(gateway.name(), gateway.admin())))
              .valueStream()
              .toList());
    }
    return all;
  }

  private static String named(JsonNode pool) {
    return pool.path("name").asString("");
  }

  private static Stream<String> servers(JsonNode pool) {
    return pool.path("servers").valueStream().map(server -> server.path("id").asString(""));
  }
}
