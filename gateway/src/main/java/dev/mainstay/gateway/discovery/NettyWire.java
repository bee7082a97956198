package dev.mainstay.gateway.discovery;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Asks over UDP, and again over TCP where the reply did not fit. Every question has a socket of its
 * own: its source port cannot be guessed, and no broken translation of an old one can stick to it.
 */
final class NettyWire implements Wire, AutoCloseable {

  /** HAProxy's {@code timeout retry}. One that is late is asked again at the next interval. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("discovery", true), NioIoHandler.newFactory());
  private final DnsNameResolver netty =
      new DnsNameResolverBuilder(loop.next())
          .datagramChannelType(NioDatagramChannel.class)
          .socketChannelType(NioSocketChannel.class)
          .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
          .queryTimeoutMillis(TIMEOUT.toMillis())
          .build();

  @Override
  public Mono<Reply> ask(InetSocketAddress nameServer, String name, Family family) {
    DefaultDnsQuestion question = new DefaultDnsQuestion(name, type(family));
    return Mono.<Reply>create(
            sink ->
                netty
                    .query(nameServer, question)
                    .addListener(
                        (Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> reply) ->
                            sink.success(read(reply, nameServer, family))))
        // Netty ends a question itself; if it ever did not, the asking would stop for good.
        .timeout(
            TIMEOUT.multipliedBy(3),
            Mono.fromSupplier(() -> new Reply.Failed("no reply from " + text(nameServer))));
  }

  private static Reply read(
      Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> reply,
      InetSocketAddress nameServer,
      Family family) {
    if (!reply.isSuccess()) {
      return new Reply.Failed(why(reply.cause(), nameServer));
    }
    AddressedEnvelope<DnsResponse, InetSocketAddress> envelope = reply.getNow();
    try {
      return read(envelope.content(), nameServer, family);
    } finally {
      envelope.release();
    }
  }

  private static Reply read(DnsResponse response, InetSocketAddress nameServer, Family family) {
    DnsResponseCode code = response.code();
    if (code.equals(DnsResponseCode.NXDOMAIN)) {
      return new Reply.NoSuchName();
    }
    if (!code.equals(DnsResponseCode.NOERROR)) {
      return new Reply.Failed("%s said %s".formatted(text(nameServer), word(code)));
    }
    if (response.isTruncated()) {
      // A part of the addresses would take the other servers out.
      return new Reply.Failed(
          "the reply of %s did not fit, and it cannot be asked over TCP"
              .formatted(text(nameServer)));
    }
    Set<InetAddress> addresses = new HashSet<>();
    for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
      // Behind a CNAME the name is another; a resolver sends what belongs to the question only.
      DnsRecord record = response.recordAt(DnsSection.ANSWER, i);
      if (record.type().equals(type(family)) && record instanceof DnsRawRecord raw) {
        try {
          addresses.add(InetAddress.getByAddress(ByteBufUtil.getBytes(raw.content())));
        } catch (UnknownHostException malformed) {
          return new Reply.Failed(
              "%s sent an address of %d bytes"
                  .formatted(text(nameServer), raw.content().readableBytes()));
        }
      }
    }
    return new Reply.Addresses(addresses);
  }

  private static DnsRecordType type(Family family) {
    return switch (family) {
      case A -> DnsRecordType.A;
      case AAAA -> DnsRecordType.AAAA;
    };
  }

  /** {@code SERVFAIL}, where Netty prints {@code ServFail(2)}. */
  private static String word(DnsResponseCode code) {
    return code.toString().replaceFirst("\\(.*", "").toUpperCase(Locale.ROOT);
  }

  private static String why(@Nullable Throwable failure, InetSocketAddress nameServer) {
    if (failure instanceof DnsNameResolverTimeoutException) {
      return "no reply from %s within %d ms".formatted(text(nameServer), TIMEOUT.toMillis());
    }
    Throwable root = failure == null || failure.getCause() == null ? failure : failure.getCause();
    return "%s cannot be asked: %s"
        .formatted(text(nameServer), root == null ? "cancelled" : root.getMessage());
  }

  private static String text(InetSocketAddress nameServer) {
    return NetUtil.toSocketAddressString(nameServer);
  }

  @Override
  public void close() {
    netty.close();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
