package dev.mainstay.gateway.engine;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/**
 * How an answer ends on both sides.
 *
 * @param keepsLink whether the server's connection can carry another request after it
 * @param endIsClose whether it ends for the client where its connection does
 */
record Framing(boolean keepsLink, boolean endIsClose) {

  /** An answer that has not begun. */
  static final Framing NONE = new Framing(false, false);

  /** Why no client may be given an answer framed like this; null if it may. */
  static @Nullable String objection(HttpResponse response) {
    String coding = response.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
    if (response.status().code() == 101) {
      return "switched protocols unasked";
    }
    return coding == null || HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding)
        ? null
        : "coding " + coding;
  }

  /**
   * Frames a final answer for the client, and strips what was for this hop only.
   *
   * @param toHead whether it answers a HEAD
   * @param oldClient whether the client speaks HTTP/1.0, which knows no chunks
   */
  static Framing settle(HttpResponse response, boolean toHead, boolean oldClient) {
    HttpHeaders headers = response.headers();
    int status = response.status().code();
    boolean chunked = headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
    boolean sized = HttpUtil.isContentLengthSet(response);
    boolean bodiless = status == 204 || status == 304 || toHead;
    boolean framed = bodiless || chunked || sized;
    boolean keepsLink = framed && HttpUtil.isKeepAlive(response);
    Hops.strip(headers);
    if (!framed && !oldClient) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else if (chunked && oldClient) {
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    }
    return new Framing(keepsLink, oldClient && !bodiless && !sized);
  }
}
