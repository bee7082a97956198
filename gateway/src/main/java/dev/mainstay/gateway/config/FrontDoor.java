package dev.mainstay.gateway.config;

import dev.mainstay.gateway.express.Express;
import dev.mainstay.gateway.guard.Bounds;
import dev.mainstay.gateway.guard.Guard;
import io.netty.channel.Channel;
import java.util.Optional;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import reactor.netty.NettyPipeline;

/**
 * Puts the guard, and behind it the express front where there is one, into every connection to the
 * site's port that speaks HTTP/1.1.
 */
final class FrontDoor implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {

  private final Bounds limits;
  private final Optional<Express> express;

  FrontDoor(Bounds limits, Optional<Express> express) {
    this.limits = limits;
    this.express = express;
  }

  @Override
  public void customize(NettyReactiveWebServerFactory factory) {
    factory.addServerCustomizers(
        server -> server.doOnChannelInit((observer, channel, address) -> open(channel)));
  }

  private void open(Channel channel) {
    // Where the protocol is still to be agreed on (HTTP/2 over TLS) there is no codec yet.
    if (channel.pipeline().get(NettyPipeline.HttpCodec) != null) {
      Guard.install(channel.pipeline(), NettyPipeline.HttpCodec, limits);
      express.ifPresent(it -> it.install(channel.pipeline(), Guard.LAST));
    }
  }
}
