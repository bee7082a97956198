package dev.mainstay.gateway.engine;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/** Headers that are for the next hop only (RFC 9110, 7.6.1) end here. */
final class Hops {

  private static final List<AsciiString> ALWAYS =
      List.of(
          AsciiString.cached("keep-alive"),
          AsciiString.cached("proxy-connection"),
          HttpHeaderNames.PROXY_AUTHENTICATE,
          HttpHeaderNames.PROXY_AUTHORIZATION,
          HttpHeaderNames.TE,
          HttpHeaderNames.TRAILER,
          HttpHeaderNames.UPGRADE);

  private Hops() {}

  /** Removes them, all but what frames the message. */
  static void strip(HttpHeaders headers) {
    String connection = headers.get(HttpHeaderNames.CONNECTION);
    if (connection != null) {
      if (!isPlain(connection) || headers.getAll(HttpHeaderNames.CONNECTION).size() > 1) {
        stripNamed(headers);
      }
      headers.remove(HttpHeaderNames.CONNECTION);
    }
    for (AsciiString name : ALWAYS) {
      headers.remove(name);
    }
  }

  private static boolean isPlain(String connection) {
    return HttpHeaderValues.KEEP_ALIVE.contentEqualsIgnoreCase(connection)
        || HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(connection);
  }

  /** Those that the sender names, but none that says where the message goes or ends. */
  private static void stripNamed(HttpHeaders headers) {
    for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String part : value.split(",", -1)) {
        String name = part.strip();
        if (!name.isEmpty()
            && !HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)
            && !HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
            && !HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)) {
          headers.remove(name);
        }
      }
    }
  }
}
