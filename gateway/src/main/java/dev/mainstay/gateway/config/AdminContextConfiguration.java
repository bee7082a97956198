package dev.mainstay.gateway.config;

import dev.mainstay.gateway.admin.AdminApi;
import dev.mainstay.gateway.admin.EventStream;
import dev.mainstay.gateway.admin.Peers;
import dev.mainstay.gateway.admin.StackStream;
import dev.mainstay.gateway.config.GatewaySettings.AdminSettings;
import dev.mainstay.gateway.memory.Memory;
import dev.mainstay.gateway.upstream.Pools;
import java.time.InstantSource;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
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
