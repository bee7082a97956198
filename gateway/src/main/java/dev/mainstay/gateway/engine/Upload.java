package dev.mainstay.gateway.engine;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The body of a request on its way to a server. One that is held is there as a whole before it is
 * sent, and stays, so that it can be sent again; any other goes out while it comes in.
 */
final class Upload {

  /** Bodies up to this many bytes are held for another try. */
  static final int MAX_HELD = 64 * 1024;

  private final boolean present;
  private final boolean held;
  private boolean ended;

  /** All of a held one, the unsent ones of a streamed one. */
  private final Queue<HttpContent> parts = new ArrayDeque<>(2);

  /**
   * @param harmless whether a server may be asked twice
   */
  Upload(HttpRequest request, boolean harmless) {
    boolean chunked = request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
    long length = chunked ? -1 : HttpUtil.getContentLength(request, 0L);
    present = chunked || length > 0;
    held = !present || (harmless && !chunked && length <= MAX_HELD);
    ended = !present;
  }

  /** Whether there is a body at all. */
  boolean isPresent() {
    return present;
  }

  /** Whether the request can be sent again as a whole; so can one without a body. */
  boolean isHeld() {
    return held;
  }

  /** Whether the client has sent all of it. */
  boolean hasEnded() {
    return ended;
  }

  /** Notes a part that has come. */
  void came(HttpContent part) {
    ended = part instanceof LastHttpContent;
  }

  /** Keeps a part, which is now this body's to release. */
  void keep(HttpContent part) {
    parts.add(part);
  }

  /** Writes what is here; true if that is the end of it. */
  boolean writeTo(Link link) {
    boolean whole = !present;
    if (held) {
      for (HttpContent part : parts) {
        link.write(part.retainedDuplicate());
        whole |= part instanceof LastHttpContent;
      }
    } else {
      for (HttpContent part = parts.poll(); part != null; part = parts.poll()) {
        link.write(part);
        whole |= part instanceof LastHttpContent;
      }
    }
    return whole;
  }

  void release() {
    for (HttpContent part = parts.poll(); part != null; part = parts.poll()) {
      part.release();
    }
  }
}
