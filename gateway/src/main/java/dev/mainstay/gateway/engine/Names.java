package dev.mainstay.gateway.engine;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks the system for the address of a server that is known by name, beside the event loop. */
final class Names extends AddressResolverGroup<InetSocketAddress> {

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new Asking(executor).asAddressResolver();
  }

  private static final class Asking extends InetNameResolver {

    Asking(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String host, Promise<InetAddress> promise) {
      Thread.ofVirtual()
          .name("name of " + host)
          .start(
              () -> {
                try {
                  promise.setSuccess(InetAddress.getByName(host));
                } catch (UnknownHostException unknown) {
                  promise.setFailure(unknown);
                }
              });
    }

    @Override
    protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
      Thread.ofVirtual()
          .name("names of " + host)
          .start(
              () -> {
                try {
                  promise.setSuccess(List.of(InetAddress.getAllByName(host)));
                } catch (UnknownHostException unknown) {
                  promise.setFailure(unknown);
                }
              });
    }
  }
}
