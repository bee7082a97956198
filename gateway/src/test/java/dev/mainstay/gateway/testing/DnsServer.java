package dev.mainstay.gateway.testing;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A name server on a loopback port, over UDP and TCP, whose answers change while it runs. A name
 * that it was not told of does not exist.
 */
public final class DnsServer implements AutoCloseable {

  /** How it answers. */
  public enum Mood {
    WELL,
    /** Not at all. */
    SILENT,
    SERVFAIL,
    /** Over UDP only that the answer does not fit, with the first address. */
    TRUNCATING
  }

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Map<String, List<String>> addresses = new ConcurrentHashMap<>();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final InetSocketAddress address;
  private volatile Mood mood = Mood.WELL;
  private volatile Mood moodOfIpv6 = Mood.WELL;

  private DnsServer() {
    Channel udp =
        new Bootstrap()
            .group(loop)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<NioDatagramChannel>() {
                  @Override
                  protected void initChannel(NioDatagramChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new DatagramDnsQueryDecoder(),
                            new DatagramDnsResponseEncoder(),
                            new Udp());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    this.address = (InetSocketAddress) udp.localAddress();
  }

  public static DnsServer start() {
    return new DnsServer();
  }

  /** Answers over TCP too, as most do. */
  public DnsServer withTcp() {
    new ServerBootstrap()
        .group(loop)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(), new Tcp());
              }
            })
        .bind(address)
        .syncUninterruptibly();
    return this;
  }

  /** {@code 127.0.0.1:PORT}. */
  public String address() {
    return NetUtil.toSocketAddressString(address);
  }

  public InetSocketAddress socketAddress() {
    return address;
  }

  /** From now on {@code name} has these addresses, of either family. */
  public void set(String name, String... its) {
    addresses.put(name + ".", List.of(its));
  }

  /** From now on there is no such name. */
  public void remove(String name) {
    addresses.remove(name + ".");
  }

  public void mood(Mood next) {
    mood = next;
    moodOfIpv6 = next;
  }

  public void moodOfIpv6(Mood next) {
    moodOfIpv6 = next;
  }

  /** Questions that came, such as {@code A web-app.}. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private final class Udp extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      asked.add("%s %s".formatted(question.type().name(), question.name()));
      Mood now = question.type().equals(DnsRecordType.AAAA) ? moodOfIpv6 : mood;
      if (now == Mood.SILENT) {
        return;
      }
      DatagramDnsResponse response =
          new DatagramDnsResponse(
              /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
      fill(response, question, now);
      var _ = context.writeAndFlush(response);
    }
  }

  private final class Tcp extends SimpleChannelInboundHandler<DefaultDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DefaultDnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      asked.add("%s %s over TCP".formatted(question.type().name(), question.name()));
      DefaultDnsResponse response = new DefaultDnsResponse(query.id());
      fill(response, question, Mood.WELL);
      var _ = context.writeAndFlush(response);
    }
  }

  private void fill(DnsResponse response, DnsQuestion question, Mood now) {
    response.addRecord(
        DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
    List<String> known = addresses.get(question.name());
    if (now == Mood.SERVFAIL) {
      response.setCode(DnsResponseCode.SERVFAIL);
    } else if (known == null) {
      response.setCode(DnsResponseCode.NXDOMAIN);
    } else {
      List<byte[]> found =
          known.stream()
              .map(NetUtil::createByteArrayFromIpAddressString)
              .filter(
                  bytes ->
                      (bytes.length == 4 ? DnsRecordType.A : DnsRecordType.AAAA)
                          .equals(question.type()))
              .limit(now == Mood.TRUNCATING ? 1 : Long.MAX_VALUE)
              .toList();
      response.setTruncated(now == Mood.TRUNCATING);
      for (byte[] each : found) {
        response.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(
                question.name(), question.type(), 600, Unpooled.wrappedBuffer(each)));
      }
    }
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
