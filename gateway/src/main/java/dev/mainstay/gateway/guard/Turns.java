package dev.mainstay.gateway.guard;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands after the codec and lets one request of a connection pass at a time: the next one follows
 * when the response is out, whoever answered. So answers keep the order of the requests, a refusal
 * takes its turn too, and those behind never see pipelining.
 *
 * <p>Whoever answers may go on with an exchange after its response is out, on a thread of its own;
 * until that is over the next request waits too. It says so by any event on the pipeline.
 *
 * <p>While a request waits here nothing more is read from the client.
 */
final class Turns extends ChannelDuplexHandler {

  private static final Logger log = LoggerFactory.getLogger(Turns.class);

  private final ByteGuard guard;
  private final BooleanSupplier lastCall;
  private final Predicate<Channel> unfinished;
  private final Queue<Object> waiting = new ArrayDeque<>(4);

  private boolean busy;
  private boolean requestEnded;
  private boolean responseBegun;
  private boolean responseEnded;

  /** After the exchange at hand no other follows. */
  private boolean last;

  /** The response at hand tells the client that the connection ends, and here it is ended. */
  private boolean called;

  private boolean refused;
  private boolean upgraded;
  private boolean readWanted;

  Turns(ByteGuard guard, BooleanSupplier lastCall, Predicate<Channel> unfinished) {
    this.guard = guard;
    this.lastCall = lastCall;
    this.unfinished = unfinished;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (upgraded) {
      ctx.fireChannelRead(message);
    } else if (refused) {
      ReferenceCountUtil.release(message);
    } else if (!waiting.isEmpty() || mustWait(ctx, message)) {
      waiting.add(message);
    } else {
      pass(ctx, message);
    }
  }

  private boolean mustWait(ChannelHandlerContext ctx, Object message) {
    return (busy && requestEnded)
        || (message instanceof HttpRequest && unfinished.test(ctx.channel()));
  }

  private void pass(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Refusal refusal) {
      refuse(ctx, refusal);
      return;
    }
    if (message instanceof HttpRequest request) {
      if (last) {
        ReferenceCountUtil.release(message);
        return;
      }
      busy = true;
      requestEnded = false;
      responseBegun = false;
      responseEnded = false;
      last = !HttpUtil.isKeepAlive(request);
    }
    if (message instanceof LastHttpContent) {
      requestEnded = true;
    }
    ctx.fireChannelRead(message);
    if (message instanceof LastHttpContent && responseEnded) {
      busy = false;
    }
  }

  private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
    refused = true;
    dropWaiting();
    log.debug("{}: {} {}", ctx.channel().remoteAddress(), refusal.status(), refusal.detail());
    if (busy && responseBegun) {
      // The client reads another answer already; that it ends early is all it can be told.
      var _ = ctx.close();
      return;
    }
    var _ = ctx.writeAndFlush(answer(refusal));
    Farewell.say(ctx);
  }

  private static FullHttpResponse answer(Refusal refusal) {
    HttpResponseStatus status = HttpResponseStatus.valueOf(refusal.status());
    byte[] body =
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}"
            .formatted(status.reasonPhrase(), status.code(), refusal.detail())
            .getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (refused) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    if (message instanceof HttpResponse response) {
      int status = response.status().code();
      if (status == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
        upgraded = true;
        guard.stepAside();
      } else if (status >= 200) {
        responseBegun = true;
        last |= !HttpUtil.isKeepAlive(response);
        if (!last && lastCall.getAsBoolean()) {
          response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
          last = true;
          called = true;
        }
      }
    }
    boolean ends = message instanceof LastHttpContent && responseBegun && !responseEnded;
    if (ends && called) {
      var _ = ctx.write(message, promise.unvoid()).addListener(_ -> leave(ctx));
    } else {
      var _ = ctx.write(message, promise);
    }
    if (ends) {
      responseEnded = true;
      if (requestEnded) {
        busy = false;
        if (!waiting.isEmpty()) {
          // Whoever answered is still about to finish.
          ctx.executor().execute(() -> goOn(ctx));
        }
      }
    }
  }

  private void leave(ChannelHandlerContext ctx) {
    refused = true;
    dropWaiting();
    Farewell.say(ctx);
  }

  private void goOn(ChannelHandlerContext ctx) {
    while (!waiting.isEmpty() && !mustWait(ctx, waiting.element())) {
      pass(ctx, waiting.remove());
    }
    ctx.fireChannelReadComplete();
    if (waiting.isEmpty() && readWanted) {
      readWanted = false;
      ctx.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!waiting.isEmpty()) {
      // Those behind are to hear of it first.
      ctx.executor().execute(() -> goOn(ctx));
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (waiting.isEmpty()) {
      ctx.read();
    } else {
      readWanted = true;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    dropWaiting();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    dropWaiting();
  }

  private void dropWaiting() {
    while (!waiting.isEmpty()) {
      ReferenceCountUtil.release(waiting.remove());
    }
  }
}
