package dev.mainstay.gateway.config;

import dev.mainstay.gateway.admin.AdminApi;
import dev.mainstay.gateway.admin.EventStream;
import dev.mainstay.gateway.admin.Peers;
import dev.mainstay.gateway.admin.StackStream;
import dev.mainstay.gateway.config.GatewaySettings.AdminSettings;
import dev.mainstay.gateway.memory.Memory;
import dev.mainstay.gateway.upstream.Pools;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.reactor.netty.autoconfigure.NettyServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/**
 * Puts the admin API on the management port, beside the actuator. Never found by scanning: it must
 * not reach the site's port.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
class AdminContextConfiguration {

  /**
   * Not only for what it refuses: a kept connection whose next request comes before Reactor Netty
   * is done with the one before may never be read again (reactor/reactor-netty issue 4361, in
   * 1.3.7), and behind the guard none comes that early.
   */
  @Bean
  FrontDoor adminDoor(
      GatewaySettings settings, ServerProperties server, NettyServerProperties netty) {
    return FrontDoor.of(settings.guard(), server, netty, Optional.empty(), () -> false);
  }

  @Bean
  RouterFunction<ServerResponse> adminRoutes(
      GatewaySettings settings,
      Pools pools,
      EventStream events,
      StackStream stack,
      Memory memory,
      Peers peers,
      JsonMapper json) {
    AdminSettings admin = settings.admin();
    return new AdminApi(
            pools,
            events,
            stack,
            memory,
            peers,
            admin.token(),
            admin.openRead(),
            admin.hosts(),
            InstantSource.system(),
            json)
        .routes();
  }
}
