package dev.mainstay.gateway.admin;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import dev.mainstay.gateway.watch.Controllers;
import dev.mainstay.gateway.watch.Speed;
import dev.mainstay.gateway.watch.Watch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The whole stack as {@code GET /api/stack} shows it: what this gateway knows at that moment.
 *
 * @param gateway the id of the one that tells it
 * @param traffic of this gateway in all
 * @param controllers none: no database is known
 * @param topology as the controllers tell it; null if none is configured, or none answers
 * @param steerable whether a switchover can be asked for through this gateway
 * @param breakable whether processes can be killed, paused and resumed through it
 */
record StackView(
    Instant at,
    String gateway,
    Speed traffic,
    List<GatewayView> gateways,
    List<PoolView> pools,
    List<Controllers.Seen> controllers,
    @Nullable JsonNode topology,
    boolean steerable,
    boolean breakable) {

  /**
   * A gateway.
   *
   * @param self whether it is the one that tells this
   * @param traffic a {@link Speed}; of another gateway, what it tells; null if it does not answer
   * @param pools its traffic by pool and server; likewise
   */
  record GatewayView(
      String id,
      boolean self,
      boolean reachable,
      String why,
      @Nullable Object traffic,
      @Nullable Object pools) {}

  record PoolView(String name, String mode, Speed traffic, List<ServerView> servers) {}

  /**
   * A server as {@code GET /api/pools} shows it, and its traffic.
   *
   * @param share of new requests, 0-1
   */
  record ServerView(@JsonUnwrapped View.ServerView server, double share, Speed traffic) {}

  static StackView of(Watch watch, Pools pools, Instant now) {
    List<PoolView> views = pools.all().stream().map(pool -> of(watch, pool)).toList();
    List<GatewayView> gateways = new ArrayList<>();
    gateways.add(
        new GatewayView(
            watch.id(), true, true, "tells this", watch.traffic().all(), byServer(views)));
    for (Watch.OtherGateway other : watch.otherGateways()) {
      gateways.add(
          new GatewayView(
              other.id(),
              false,
              other.own().isPresent(),
              other.why(),
              other.own().map(own -> own.get("traffic")).orElse(null),
              other.own().map(own -> own.get("pools")).orElse(null)));
    }
    return new StackView(
        now,
        watch.id(),
        watch.traffic().all(),
        gateways,
        views,
        watch.controllers().seen(),
        watch.controllers().topology().orElse(null),
        watch.controllers().takeOrders(),
        watch.supervisor().takesOrders());
  }

  private static Map<String, Map<String, Speed>> byServer(List<PoolView> pools) {
    Map<String, Map<String, Speed>> all = new LinkedHashMap<>();
    for (PoolView pool : pools) {
      Map<String, Speed> servers = new LinkedHashMap<>();
      pool.servers().forEach(server -> servers.put(server.server().id(), server.traffic()));
      all.put(pool.name(), servers);
    }
    return all;
  }

  private static PoolView of(Watch watch, Pool pool) {
    View view = View.of(pool);
    double total = view.servers().stream().mapToInt(View.ServerView::effectiveWeight).sum();
    return new PoolView(
        view.name(),
        view.mode(),
        watch.traffic().of(pool),
        view.servers().stream()
            .map(
                server ->
                    new ServerView(
                        server,
                        total == 0 ? 0 : server.effectiveWeight() / total,
                        pool.member(server.id()).map(watch.traffic()::of).orElse(Speed.NONE)))
            .toList());
  }
}
