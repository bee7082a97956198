package dev.mainstay.gateway.config;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import reactor.netty.resources.LoopResources;

/**
 * Has the site's port bound with {@code SO_REUSEPORT}: several gateways of one user listen on it,
 * and the system gives each new connection to one of those that live. A listener that does not
 * share is refused, and refuses, as ever. The admin port is each gateway's own.
 */
final class SharedPort implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {

  SharedPort() {
    if (!isPossible()) {
      throw new WrongSetupException(
          "mainstay.gateway.share-port is true, and this platform lets no two processes listen on one port (expected: false)");
    }
  }

  private static boolean isPossible() {
    try (ServerSocketChannel any = ServerSocketChannel.open()) {
      return any.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void customize(NettyReactiveWebServerFactory factory) {
    // The native transport and Java's own know the option by different names.
    ChannelOption<Boolean> share =
        LoopResources.hasNativeSupport()
            ? UnixChannelOption.SO_REUSEPORT
            : NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);
    factory.addServerCustomizers(server -> server.option(share, true));
  }
}
