package dev.mainstay.gateway.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has of the engine: the connections that rest, the last used first, and the
 * requests that wait for a server, whose deadlines are looked at by one tick for all. Used on its
 * loop only.
 */
final class Lane {

  private static final int MAX_LINE = 8 * 1024;
  private static final int MAX_HEADERS = 64 * 1024;
  private static final int MAX_CHUNK = 64 * 1024;
  private static final long TICK_MILLIS = 20;
  private static final long SWEEP_MILLIS = 1000;

  private final EventLoop loop;
  private final Names names;
  private final long idleNanos;
  private final Map<URI, Deque<Link>> resting = new HashMap<>();
  private final Set<Forwarding> waiting = new LinkedHashSet<>();
  private boolean ticking;
  private boolean sweeping;
  private boolean closed;

  Lane(EventLoop loop, Names names, long idleNanos) {
    this.loop = loop;
    this.names = names;
    this.idleNanos = idleNanos;
  }

  /** The connection to this server that was used last, if one rests. */
  @Nullable Link rested(URI server) {
    Deque<Link> links = resting.get(server);
    if (links == null) {
      return null;
    }
    long now = System.nanoTime();
    for (Link link = links.pollFirst(); link != null; link = links.pollFirst()) {
      if (link.isActive() && now - link.restsSince() < idleNanos) {
        return link;
      }
      link.close();
    }
    return null;
  }

  void rest(URI server, Link link) {
    if (closed) {
      link.close();
      return;
    }
    link.rest(System.nanoTime());
    resting.computeIfAbsent(server, each -> new ArrayDeque<>()).addFirst(link);
    if (!sweeping) {
      sweeping = true;
      var _ = loop.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  void forget(URI server, Link link) {
    Deque<Link> links = resting.get(server);
    if (links != null) {
      links.remove(link);
    }
  }

  private void sweep() {
    long now = System.nanoTime();
    for (Deque<Link> links : List.copyOf(resting.values())) {
      for (Link last = links.peekLast();
          last != null && now - last.restsSince() >= idleNanos;
          last = links.peekLast()) {
        links.removeLast();
        last.close();
      }
    }
    resting.values().removeIf(Deque::isEmpty);
    sweeping = !resting.isEmpty();
    if (sweeping) {
      var _ = loop.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Opens a connection of the same kind as {@code like}; the link hears how it went. */
  void connect(URI server, Channel like, long connectMillis, Link link) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(like.getClass())
            .resolver(names)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.clamp(connectMillis, 1, Integer.MAX_VALUE))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(codec(), link);
                  }
                });
    var _ = bootstrap.connect(address(server)).addListener(link::connected);
  }

  private static HttpClientCodec codec() {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setMaxChunkSize(MAX_CHUNK);
    return new HttpClientCodec(config, false, false);
  }

  private static InetSocketAddress address(URI server) {
    String host = server.getHost();
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    if (bytes == null) {
      return InetSocketAddress.createUnresolved(host, server.getPort());
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), server.getPort());
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Runs {@code task} on the loop, never at once; false if there will be no more of it. */
  boolean run(Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException ended) {
      return false;
    }
  }

  /** From now on the deadline of {@code request} is looked at. */
  void watch(Forwarding request) {
    waiting.add(request);
    if (!ticking) {
      ticking = true;
      var _ = loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  void unwatch(Forwarding request) {
    waiting.remove(request);
  }

  private void tick() {
    long now = System.nanoTime();
    for (Forwarding request : List.copyOf(waiting)) {
      request.tick(now);
    }
    ticking = !waiting.isEmpty();
    if (ticking) {
      var _ = loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  void close() {
    closed = true;
    resting.values().forEach(links -> List.copyOf(links).forEach(Link::close));
    resting.clear();
  }
}
