package dev.mainstay.gateway.config;

import dev.mainstay.gateway.config.GatewaySettings.GuardSettings;
import dev.mainstay.gateway.express.Express;
import dev.mainstay.gateway.guard.Bounds;
import dev.mainstay.gateway.guard.Guard;
import io.netty.channel.Channel;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.autoconfigure.NettyServerProperties;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;

/**
 * Puts the guard, and behind it the express front where there is one, into every connection to a
 * port that speaks HTTP/1.1.
 */
final class FrontDoor implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {

  private final Bounds limits;
  private final Optional<Express> express;
  private final BooleanSupplier lastCall;

  private FrontDoor(Bounds limits, Optional<Express> express, BooleanSupplier lastCall) {
    this.limits = limits;
    this.express = express;
    this.lastCall = lastCall;
  }

  static FrontDoor of(
      GuardSettings guard,
      ServerProperties server,
      NettyServerProperties netty,
      Optional<Express> express,
      BooleanSupplier lastCall) {
    return new FrontDoor(
        guard.bounds(
            Math.toIntExact(netty.getMaxInitialLineLength().toBytes()),
            Math.toIntExact(server.getMaxHttpRequestHeaderSize().toBytes())),
        express,
        lastCall);
  }

  @Override
  public void customize(NettyReactiveWebServerFactory factory) {
    factory.addServerCustomizers(
        server -> server.doOnChannelInit((observer, channel, address) -> open(channel)));
  }

  /**
   * Trap: Reactor Netty ends an exchange after the last write of its response, and where another
   * thread than the event loop answered it may do so long after. A request that comes in between is
   * queued there, and then nothing more is read (reactor-netty 4361, in 1.3.7).
   */
  private static boolean isAtWork(Channel channel) {
    return ChannelOperations.get(channel) != null;
  }

  private void open(Channel channel) {
    // Where the protocol is still to be agreed on (HTTP/2 over TLS) there is no codec yet.
    if (channel.pipeline().get(NettyPipeline.HttpCodec) != null) {
      Guard.install(
          channel.pipeline(), NettyPipeline.HttpCodec, limits, lastCall, FrontDoor::isAtWork);
      express.ifPresent(it -> it.install(channel.pipeline(), Guard.LAST));
    }
  }
}
