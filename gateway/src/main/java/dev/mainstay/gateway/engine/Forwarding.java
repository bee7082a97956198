package dev.mainstay.gateway.engine;

import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.health.Health;
import dev.mainstay.gateway.upstream.Attempt;
import dev.mainstay.gateway.upstream.Fault;
import dev.mainstay.gateway.upstream.Pool;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request's way to a server and its answer's way back: the first pick, and other servers after
 * a fault, until one answers or none is left that may be asked. Up to then the client has seen
 * nothing; once it has, nothing is sent again.
 *
 * <p>A harmless request with a body of known length up to {@link #MAX_HELD} is held as a whole
 * before it is sent, so that it can be sent again. Any other body goes out while it comes in, and
 * only a connection that was never made is followed by another one.
 *
 * <p>Used on the client's event loop only.
 */
public final class Forwarding {

  /** Bodies up to this many bytes are held for another try. */
  static final int MAX_HELD = 64 * 1024;

  private static final Logger log = LoggerFactory.getLogger(Forwarding.class);

  private static final AsciiString GATEWAY = AsciiString.cached("x-mainstay-gateway");
  private static final AsciiString SERVED_BY = AsciiString.cached("X-Served-By");
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
  private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString FORWARDED_PORT = AsciiString.cached("x-forwarded-port");
  private static final AsciiString FORWARDED_PREFIX = AsciiString.cached("x-forwarded-prefix");
  private static final AsciiString FORWARDED = AsciiString.cached("forwarded");

  private final Engine engine;
  private final Lane lane;
  private final Pool pool;
  private final Front front;
  private final HttpRequest request;
  private final boolean harmless;
  private final boolean oldClient;
  private final boolean hasBody;
  private final boolean held;
  private final boolean expectsContinue;
  private final boolean hostless;
  private final long start = System.nanoTime();

  /** Parts of the body that are here: all of a held one, the unsent ones of a streamed one. */
  private final Queue<HttpContent> parts = new ArrayDeque<>(2);

  private boolean bodyEnded;

  private @Nullable Set<String> tried;
  private int retries;
  private boolean freshOnly;
  private @Nullable Attempt attempt;
  private @Nullable Link link;

  /** Whether the link is open and the head of the request is out on it. */
  private boolean sending;

  private long limitNanos;

  /** When the head of the answer must be here, by {@link System#nanoTime}; 0 for no such time. */
  private long due;

  private boolean answerBegun;
  private boolean skipsLast;
  private boolean keepsLink;
  private boolean endIsClose;
  private boolean over;

  Forwarding(
      Engine engine,
      Lane lane,
      Pool pool,
      HttpRequest given,
      String target,
      boolean harmless,
      Front front) {
    this.engine = engine;
    this.lane = lane;
    this.pool = pool;
    this.front = front;
    this.harmless = harmless;
    this.oldClient = given.protocolVersion().equals(HttpVersion.HTTP_1_0);
    HttpHeaders headers = given.headers();
    boolean chunked = headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
    long length = chunked ? -1 : HttpUtil.getContentLength(given, 0L);
    this.hasBody = chunked || length > 0;
    this.held = !hasBody || (harmless && !chunked && length <= MAX_HELD);
    this.expectsContinue = hasBody && HttpUtil.is100ContinueExpected(given);
    this.hostless = !headers.contains(HttpHeaderNames.HOST);
    prepare(headers, front);
    this.request =
        hasBody
            ? new DefaultHttpRequest(HttpVersion.HTTP_1_1, given.method(), target, headers)
            : new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                given.method(),
                target,
                Unpooled.EMPTY_BUFFER,
                headers,
                EmptyHttpHeaders.INSTANCE);
    engine.began();
  }

  private void prepare(HttpHeaders headers, Front side) {
    Hops.strip(headers);
    headers.remove(HttpHeaderNames.EXPECT);
    headers.remove(FORWARDED);
    headers.remove(FORWARDED_PREFIX);
    headers.set(GATEWAY, engine.gatewayId());
    if (side.channel().remoteAddress() instanceof InetSocketAddress client
        && client.getAddress() != null) {
      headers.set(FORWARDED_FOR, client.getAddress().getHostAddress());
    } else {
      headers.remove(FORWARDED_FOR);
    }
    boolean secure = side.channel().pipeline().get("reactor.left.sslHandler") != null;
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

  /** Whether the client waits to be told to go on before it sends its body. */
  public boolean expectsContinue() {
    return expectsContinue;
  }

  /** Begins; a body is asked for by {@link Front#more}. */
  public void go() {
    if (hasBody && held) {
      front.more();
    } else {
      begin();
    }
  }

  private void begin() {
    Optional<Attempt> first = pool.begin();
    if (first.isPresent()) {
      send(first.get());
    } else {
      refuse(nobody());
    }
  }

  private void send(Attempt next) {
    attempt = next;
    Server server = next.server();
    long left = left();
    limitNanos = Math.min(pool.timeouts().response().toNanos(), left);
    Link rested = freshOnly ? null : lane.rested(server.uri());
    if (rested != null) {
      rested.use(this);
      link = rested;
      connected(rested);
    } else {
      due = 0;
      long connectMillis = Math.min(pool.timeouts().connect().toMillis(), left / 1_000_000);
      Link fresh = Link.to(server.uri(), lane, this);
      // Known before it is opened: that may fail on the spot.
      link = fresh;
      fresh.open(front.channel(), connectMillis);
    }
  }

  void connected(Link open) {
    if (hostless && attempt != null) {
      request.headers().set(HttpHeaderNames.HOST, attempt.server().uri().getRawAuthority());
    }
    sending = true;
    open.write(request);
    boolean whole = !hasBody;
    if (held) {
      for (HttpContent part : parts) {
        open.write(part.retainedDuplicate());
        whole |= part instanceof LastHttpContent;
      }
    } else {
      for (HttpContent part = parts.poll(); part != null; part = parts.poll()) {
        open.write(part);
        whole |= part instanceof LastHttpContent;
      }
    }
    open.flush();
    if (link != open) {
      return;
    }
    if (whole) {
      awaitAnswer();
    } else {
      askForMore(open);
    }
  }

  private void askForMore(Link open) {
    if (open.isWritable()) {
      front.more();
    } else if (due == 0 && !answerBegun) {
      // A server that neither takes the body nor answers is late as well.
      due = System.nanoTime() + pool.timeouts().response().toNanos();
      lane.watch(this);
    }
  }

  private void awaitAnswer() {
    due = System.nanoTime() + limitNanos;
    lane.watch(this);
  }

  /** A part of the request's body, which is now the forwarding's to release. */
  public void body(HttpContent part) {
    bodyEnded = part instanceof LastHttpContent;
    if (over || !hasBody) {
      part.release();
      return;
    }
    if (held) {
      parts.add(part);
      if (bodyEnded) {
        begin();
      }
      return;
    }
    Link open = link;
    if (!sending || open == null) {
      parts.add(part);
      return;
    }
    open.write(part);
    if (bodyEnded) {
      open.flush();
      if (link == open && !answerBegun) {
        awaitAnswer();
      }
    }
  }

  /** No more parts of the body for now. */
  public void bodyFlush() {
    if (bodyEnded()) {
      return;
    }
    if (held) {
      front.more();
    } else if (sending && link != null) {
      Link open = link;
      open.flush();
      if (link == open) {
        askForMore(open);
      }
    }
  }

  void serverWritable() {
    if (!held && sending && !bodyEnded) {
      due = 0;
      lane.unwatch(this);
      front.more();
    }
  }

  void tick(long now) {
    if (due != 0 && now - due >= 0) {
      fault(Fault.LATE, "no answer in time");
    } else if (due != 0 && standsBehindADeadServer() && mayGoOn(Fault.LATE)) {
      fault(Fault.LATE, "marked down while it was asked");
    }
  }

  private boolean standsBehindADeadServer() {
    Attempt now = attempt;
    return now != null
        && isDown(now.server().id())
        && pool.roster().servers().stream()
            .anyMatch(
                other ->
                    !other.id().equals(now.server().id())
                        && (tried == null || !tried.contains(other.id()))
                        && pool.effectiveWeight(other.id()) > 0
                        && !isDown(other.id()));
  }

  private boolean isDown(String server) {
    return pool.member(server).filter(it -> it.pulse().health() == Health.DOWN).isPresent();
  }

  void answered(HttpResponse response) {
    int status = response.status().code();
    if (response.decoderResult().isFailure()) {
      fault(Fault.LOST, Link.why(response.decoderResult().cause()));
      return;
    }
    if (status < 200 && status != 101) {
      skipsLast = true;
      if (status != 100 && !oldClient) {
        front.interim(response);
      }
      return;
    }
    HttpHeaders headers = response.headers();
    String coding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
    if (status == 101
        || (coding != null && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding))) {
      fault(Fault.LOST, status == 101 ? "switched protocols unasked" : "coding " + coding);
      return;
    }
    lane.unwatch(this);
    due = 0;
    boolean bodiless = status == 204 || status == 304 || request.method().equals(HttpMethod.HEAD);
    boolean framed = bodiless || coding != null || HttpUtil.isContentLengthSet(response);
    keepsLink = framed && HttpUtil.isKeepAlive(response);
    Hops.strip(headers);
    if (!framed && !oldClient) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else if (coding != null && oldClient) {
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    }
    endIsClose = oldClient && !bodiless && !HttpUtil.isContentLengthSet(response);
    if (engine.exposeServedBy() && attempt != null) {
      headers.set(SERVED_BY, attempt.server().id());
    }
    response.setProtocolVersion(HttpVersion.HTTP_1_1);
    answerBegun = true;
    front.head(response);
  }

  /** Whether the answer ends where the connection does. */
  public boolean endIsClose() {
    return endIsClose;
  }

  /** Whether the client has sent its request as a whole. */
  public boolean bodyEnded() {
    return bodyEnded || !hasBody;
  }

  void answerBody(HttpContent content) {
    if (skipsLast) {
      skipsLast = !(content instanceof LastHttpContent);
      content.release();
      return;
    }
    if (content.decoderResult().isFailure()) {
      String why = Link.why(content.decoderResult().cause());
      content.release();
      fault(Fault.LOST, why);
      return;
    }
    boolean last = content instanceof LastHttpContent;
    front.body(content);
    if (last) {
      answerEnded();
    } else if (link != null && !front.channel().isWritable()) {
      link.readOn(false);
    }
  }

  private void answerEnded() {
    Link used = link;
    Attempt done = attempt;
    boolean whole = bodyEnded();
    finish();
    if (done != null) {
      done.end();
      if (used != null && keepsLink && whole) {
        lane.rest(done.server().uri(), used);
      } else if (used != null) {
        used.close();
      }
    }
    front.ended();
  }

  void answerFlush() {
    front.flush();
  }

  /** The client takes bytes again. */
  public void clientWritable() {
    if (link != null && answerBegun) {
      link.readOn(true);
    }
  }

  /** The client left. */
  public void cancel() {
    if (!over) {
      Link used = link;
      Attempt current = attempt;
      finish();
      if (current != null) {
        current.end();
      }
      if (used != null) {
        used.close();
      }
    }
  }

  void unconnected(String why) {
    link = null;
    fault(Fault.UNCONNECTED, why);
  }

  void lost(String why) {
    fault(Fault.LOST, why);
  }

  private void fault(Fault fault, String why) {
    if (over) {
      return;
    }
    Attempt failed = attempt;
    Link used = link;
    if (failed == null) {
      return;
    }
    String id = failed.server().id();
    log.debug("{} {}: server {}: {}", request.method(), request.uri(), id, why);
    link = null;
    sending = false;
    due = 0;
    lane.unwatch(this);
    if (used != null) {
      used.close();
    }
    // That a resting connection had died says nothing of its server.
    boolean stale = fault == Fault.LOST && used != null && used.reused() && !answerBegun;
    if (!stale) {
      failed.failed();
    }
    failed.end();
    if (fault == Fault.UNCONNECTED) {
      pool.unconnected(failed, why);
    }
    if (answerBegun) {
      finish();
      front.brokenOff(endIsClose);
      return;
    }
    if (tried == null) {
      tried = new HashSet<>();
    }
    tried.add(id);
    Optional<Attempt> next = mayGoOn(fault) ? another(failed, fault) : Optional.empty();
    if (next.isEmpty()) {
      refuse(lastWord(fault, id));
      return;
    }
    failed.retried();
    if (stale) {
      freshOnly = true;
    }
    if (fault != Fault.UNCONNECTED) {
      retries++;
    }
    send(next.get());
  }

  private boolean mayGoOn(Fault fault) {
    return pool.retry().permits(fault, harmless, held, retries) && left() > 0;
  }

  private Optional<Attempt> another(Attempt failed, Fault fault) {
    Optional<Attempt> other = pool.beginElsewhere(tried == null ? Set.of() : tried);
    // The same server again only where there is no other, and never where it does not even listen.
    return other.isPresent() || fault == Fault.UNCONNECTED ? other : pool.beginAgain(failed);
  }

  /** Nanoseconds; a body that is still streaming in when all time is over gets its own. */
  private long left() {
    Duration total = pool.timeouts().total();
    long left = total.toNanos() - (System.nanoTime() - start);
    return !held && left < 0 ? pool.timeouts().response().toNanos() : left;
  }

  private void refuse(Answer answer) {
    finish();
    front.refused(answer);
  }

  private void finish() {
    over = true;
    link = null;
    attempt = null;
    sending = false;
    lane.unwatch(this);
    for (HttpContent part = parts.poll(); part != null; part = parts.poll()) {
      part.release();
    }
    engine.over();
  }

  private Answer nobody() {
    return pool.roster().servers().isEmpty()
        ? new Answer(503, "Pool %s has no server yet: none was found.".formatted(pool.name()), 1)
        : new Answer(
            503,
            "No server of pool %s takes requests: all are drained, in maintenance or at weight 0."
                .formatted(pool.name()),
            5);
  }

  private Answer lastWord(Fault fault, String id) {
    return switch (fault) {
      case UNCONNECTED ->
          new Answer(503, "No server of pool %s can be reached.".formatted(pool.name()), 1);
      case LOST -> new Answer(502, "Server %s broke off before it answered.".formatted(id), 0);
      case LATE -> new Answer(504, "Server %s did not answer in time.".formatted(id), 0);
    };
  }
}
