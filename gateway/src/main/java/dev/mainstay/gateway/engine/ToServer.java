package dev.mainstay.gateway.engine;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;

/**
 * What a server is told besides the client's own request: which gateway sent it, and for whom.
 * Whatever the client claimed in these headers is dropped.
 */
final class ToServer {

  private static final AsciiString GATEWAY = AsciiString.cached("x-mainstay-gateway");
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
  private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString FORWARDED_PORT = AsciiString.cached("x-forwarded-port");
  private static final AsciiString FORWARDED_PREFIX = AsciiString.cached("x-forwarded-prefix");
  private static final AsciiString FORWARDED = AsciiString.cached("forwarded");

  private ToServer() {}

  /** Makes a client's headers those of the request to a server. */
  static void prepare(HttpHeaders headers, Channel client, String gatewayId) {
    Hops.strip(headers);
    headers.remove(HttpHeaderNames.EXPECT);
    headers.remove(FORWARDED);
    headers.remove(FORWARDED_PREFIX);
    headers.set(GATEWAY, gatewayId);
    if (client.remoteAddress() instanceof InetSocketAddress peer && peer.getAddress() != null) {
      headers.set(FORWARDED_FOR, peer.getAddress().getHostAddress());
    } else {
      headers.remove(FORWARDED_FOR);
    }
    boolean secure = client.pipeline().get("reactor.left.sslHandler") != null;
    headers.set(FORWARDED_PROTO, secure ? "https" : "http");
    String host = headers.get(HttpHeaderNames.HOST);
    if (host == null) {
      headers.remove(FORWARDED_HOST);
      headers.remove(FORWARDED_PORT);
    } else {
      headers.set(FORWARDED_HOST, host);
      int colon = host.lastIndexOf(':');
      boolean port = colon > host.lastIndexOf(']') && colon < host.length() - 1;
      headers.set(FORWARDED_PORT, port ? host.substring(colon + 1) : secure ? "443" : "80");
    }
  }
}
