package dev.mainstay.gateway.engine;

import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.health.Health;
import dev.mainstay.gateway.upstream.Answer;
import dev.mainstay.gateway.upstream.Attempt;
import dev.mainstay.gateway.upstream.Fault;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.RetryRule;
import dev.mainstay.gateway.upstream.Ticket;
import dev.mainstay.gateway.upstream.Waiter;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request's way to a server and its answer's way back: the first pick, and other servers after
 * a fault, until one answers or none is left that may be asked. Up to then the client has seen
 * nothing; once it has, nothing is sent again.
 *
 * <p>A harmless request with a body of known length up to {@value Upload#MAX_HELD} bytes is held as
 * a whole before it is sent, so that it can be sent again. Any other body goes out while it comes
 * in, and only a connection that was never made is followed by another one.
 *
 * <p>Used on the client's event loop only.
 */
public final class Forwarding {

  private static final Logger log = LoggerFactory.getLogger(Forwarding.class);

  private static final AsciiString SERVED_BY = AsciiString.cached("X-Served-By");

  private final Engine engine;
  private final Lane lane;
  private final Pool pool;
  private final Front front;
  private final HttpRequest request;
  private final boolean harmless;
  private final boolean oldClient;
  private final Upload upload;
  private final boolean expectsContinue;
  private final boolean hostless;
  private final long start = System.nanoTime();

  private @Nullable Set<String> tried;
  private int retries;
  private boolean freshOnly;

  /** Whether the server has less than the response time-out: late then is not its fault. */
  private boolean hurried;

  /** While it waits for a server that has room. */
  private @Nullable Turn waiting;

  private @Nullable Attempt attempt;
  private @Nullable Link link;

  /** Whether the link is open and the head of the request is out on it. */
  private boolean sending;

  private long limitNanos;

  /**
   * When the head of the answer, or a server that has room, must be here, by {@link
   * System#nanoTime}; 0 for no such time.
   */
  private long due;

  private boolean answerBegun;
  private boolean skipsLast;
  private Framing framing = Framing.NONE;
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
    this.upload = new Upload(given, harmless);
    this.expectsContinue = upload.isPresent() && HttpUtil.is100ContinueExpected(given);
    this.hostless = !headers.contains(HttpHeaderNames.HOST);
    ToServer.prepare(headers, front.channel(), engine.gatewayId());
    this.request =
        upload.isPresent()
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

  /** Whether the client waits to be told to go on before it sends its body. */
  public boolean expectsContinue() {
    return expectsContinue;
  }

  /** Begins; a body is asked for by {@link Front#more}. */
  public void go() {
    if (upload.isPresent() && upload.isHeld()) {
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
      await(new Turn(null));
    }
  }

  /** The server that failed the request, and how. */
  private record Failure(Attempt attempt, Fault fault, boolean stale) {}

  /** A place in the pool's queue. Whoever makes room there may be on any thread. */
  private final class Turn implements Waiter {

    /** Why it goes to another server; null if it was at none yet. */
    private final @Nullable Failure after;

    private @Nullable Ticket ticket;

    private Turn(@Nullable Failure after) {
      this.after = after;
    }

    @Override
    public void admitted(Attempt attempt) {
      if (!lane.run(() -> itsTurn(this, attempt))) {
        attempt.end();
      }
    }

    @Override
    public void turnedAway(Refusal why) {
      lane.run(() -> noTurn(this, why));
    }
  }

  private void await(Turn turn) {
    waiting = turn;
    due = System.nanoTime() + Math.max(0, left());
    lane.watch(this);
    // Its turn comes by the event loop, so never before this is over.
    turn.ticket = pool.queue(tried == null ? Set.of() : tried, turn);
  }

  private void waitedLongEnough(Turn turn) {
    if (turn.ticket != null && turn.ticket.leave()) {
      noTurn(turn, Waiter.Refusal.QUEUE_TIMEOUT);
    }
  }

  private void itsTurn(Turn turn, Attempt next) {
    if (waiting != turn) {
      next.end();
      return;
    }
    endWait();
    if (turn.after == null) {
      send(next);
    } else {
      goOn(turn.after, next);
    }
  }

  private void noTurn(Turn turn, Waiter.Refusal why) {
    if (waiting != turn) {
      return;
    }
    endWait();
    Failure after = turn.after;
    if (after == null || why != Waiter.Refusal.NOBODY) {
      refuse(Answer.turnedAway(pool, why));
      return;
    }
    // The same server again only where there is no other, and never where it does not even listen.
    Optional<Attempt> again =
        after.fault() == Fault.UNCONNECTED ? Optional.empty() : pool.beginAgain(after.attempt());
    if (again.isPresent()) {
      goOn(after, again.get());
    } else {
      refuse(lastWord(after));
    }
  }

  private void endWait() {
    waiting = null;
    due = 0;
    lane.unwatch(this);
  }

  private void send(Attempt next) {
    attempt = next;
    Server server = next.server();
    long left = left();
    long response = pool.timeouts().response().toNanos();
    hurried = left < response;
    limitNanos = Math.min(response, left);
    Link rested = freshOnly ? null : lane.rested(server.uri());
    if (rested != null) {
      next.onReused();
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
    boolean whole = upload.writeTo(open);
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
    upload.came(part);
    if (over || !upload.isPresent()) {
      part.release();
      return;
    }
    if (upload.isHeld()) {
      upload.keep(part);
      if (upload.hasEnded()) {
        begin();
      }
      return;
    }
    Link open = link;
    if (!sending || open == null) {
      upload.keep(part);
      return;
    }
    open.write(part);
    if (upload.hasEnded()) {
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
    if (upload.isHeld()) {
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
    if (!upload.isHeld() && sending && !upload.hasEnded()) {
      due = 0;
      lane.unwatch(this);
      front.more();
    }
  }

  void tick(long now) {
    Turn turn = waiting;
    if (turn != null) {
      if (now - due >= 0) {
        waitedLongEnough(turn);
      }
    } else if (due != 0 && now - due >= 0) {
      fault(Fault.LATE, "no answer in time");
    } else if (due != 0 && standsBehindADeadServer() && mayGoOn(Fault.LOST)) {
      fault(Fault.LOST, "marked down by its checks", true);
    }
  }

  private boolean standsBehindADeadServer() {
    Attempt now = attempt;
    return now != null
        && harmless
        && upload.isHeld()
        && now.server().health() != Health.DOWN
        && isDown(now.server().id())
        && pool.hasOther(without(now));
  }

  private Set<String> without(Attempt last) {
    Set<String> out = tried == null ? new HashSet<>() : new HashSet<>(tried);
    out.add(last.server().id());
    return out;
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
    String objection = Framing.objection(response);
    if (objection != null) {
      fault(Fault.LOST, objection);
      return;
    }
    Attempt asked = attempt;
    if (asked == null) {
      return;
    }
    lane.unwatch(this);
    due = 0;
    HttpHeaders headers = response.headers();
    boolean retryAfter = headers.contains(HttpHeaderNames.RETRY_AFTER);
    asked.answered(status, retryAfter);
    if (RetryRule.isFailure(status, retryAfter) && goesElsewhere(asked, status)) {
      return;
    }
    framing = Framing.settle(response, request.method().equals(HttpMethod.HEAD), oldClient);
    if (engine.exposeServedBy()) {
      headers.set(SERVED_BY, asked.server().id());
    }
    response.setProtocolVersion(HttpVersion.HTTP_1_1);
    answerBegun = true;
    front.head(response);
  }

  /**
   * Gives up on an answer that says no more than that the server failed, if another may be asked.
   */
  private boolean goesElsewhere(Attempt asked, int status) {
    Set<String> out = without(asked);
    if (!pool.hasOther(out) || !mayGoOn(Fault.LOST)) {
      return false;
    }
    Optional<Attempt> next = pool.beginElsewhere(out);
    if (next.isEmpty()) {
      return false;
    }
    log.debug(
        "{} {}: server {} answered {}",
        request.method(),
        request.uri(),
        asked.server().id(),
        status);
    asked.failed();
    asked.end();
    tried = out;
    leaveLink();
    goOn(new Failure(asked, Fault.LOST, false), next.get());
    return true;
  }

  /** Whether the answer ends where the connection does. */
  public boolean endIsClose() {
    return framing.endIsClose();
  }

  /** Whether the client has sent its request as a whole. */
  public boolean bodyEnded() {
    return upload.hasEnded();
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
      if (used != null && framing.keepsLink() && whole) {
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
    fault(fault, why, false);
  }

  /**
   * @param granted whether the retry that it calls for has been taken out of the budget
   */
  private void fault(Fault fault, String why, boolean granted) {
    Attempt failed = attempt;
    if (over || failed == null) {
      return;
    }
    String id = failed.server().id();
    log.debug("{} {}: server {}: {}", request.method(), request.uri(), id, why);
    boolean stale = fault == Fault.LOST && !granted && link != null && link.reused();
    leaveLink();
    if (fault == Fault.UNCONNECTED) {
      pool.unconnected(failed, why);
    }
    if (answerBegun || (fault == Fault.LATE && hurried)) {
      failed.failed();
    } else {
      failed.failed(fault);
    }
    // Before it waits for another server: it must not take up room at this one.
    failed.end();
    if (answerBegun) {
      finish();
      front.brokenOff(framing.endIsClose());
      return;
    }
    Failure failure = new Failure(failed, fault, stale);
    tried = without(failed);
    if (!granted && !mayGoOn(fault)) {
      refuse(lastWord(failure));
      return;
    }
    Optional<Attempt> next = pool.beginElsewhere(tried);
    if (next.isPresent()) {
      goOn(failure, next.get());
    } else {
      attempt = null;
      await(new Turn(failure));
    }
  }

  private void goOn(Failure failure, Attempt next) {
    failure.attempt().retried();
    freshOnly |= failure.stale();
    if (failure.fault() != Fault.UNCONNECTED) {
      retries++;
    }
    send(next);
  }

  private void leaveLink() {
    Link used = link;
    link = null;
    sending = false;
    due = 0;
    lane.unwatch(this);
    if (used != null) {
      used.close();
    }
  }

  /** Yes spends the pool's budget: to be asked once a fault. */
  private boolean mayGoOn(Fault fault) {
    return left() > 0 && pool.mayRetry(fault, harmless, upload.isHeld(), retries);
  }

  /** Nanoseconds; a body that is still streaming in when all time is over gets its own. */
  private long left() {
    Duration total = pool.timeouts().total();
    long left = total.toNanos() - (System.nanoTime() - start);
    return !upload.isHeld() && left < 0 ? pool.timeouts().response().toNanos() : left;
  }

  private void refuse(Answer answer) {
    finish();
    front.refused(answer);
  }

  private void finish() {
    over = true;
    Turn turn = waiting;
    waiting = null;
    if (turn != null && turn.ticket != null) {
      turn.ticket.leave();
    }
    link = null;
    attempt = null;
    sending = false;
    lane.unwatch(this);
    upload.release();
    engine.over();
  }

  private Answer lastWord(Failure after) {
    return Answer.after(after.fault(), pool, after.attempt().server().id());
  }
}
