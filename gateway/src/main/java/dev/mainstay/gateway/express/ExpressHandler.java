package dev.mainstay.gateway.express;

import dev.mainstay.gateway.engine.Forwarding;
import dev.mainstay.gateway.engine.Front;
import dev.mainstay.gateway.guard.Farewell;
import dev.mainstay.gateway.telling.Telling;
import dev.mainstay.gateway.upstream.Answer;
import dev.mainstay.gateway.upstream.Pool;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The express front of one connection. It stands behind the guard, which lets one request pass at a
 * time, and before Reactor Netty, which never hears of the requests taken here.
 */
final class ExpressHandler extends ChannelDuplexHandler implements Front {

  private final Express express;
  private @Nullable ChannelHandlerContext context;

  private boolean passing;
  private @Nullable Forwarding current;

  // Of the request at hand.
  private boolean requestEnded;
  private boolean keepAlive;
  private boolean oldClient;
  private String accept = "";
  private String path = "";

  ExpressHandler(Express express) {
    this.express = express;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  private ChannelHandlerContext ctx() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request) {
      Pool pool = express.poolFor(request);
      passing = pool == null;
      if (pool != null) {
        take(ctx, request, pool);
        return;
      }
    }
    if (passing) {
      ctx.fireChannelRead(message);
    } else if (message instanceof HttpContent part) {
      takePart(ctx, part);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void take(ChannelHandlerContext ctx, HttpRequest request, Pool pool) {
    requestEnded = false;
    keepAlive = HttpUtil.isKeepAlive(request);
    oldClient = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    accept = String.valueOf(request.headers().get(HttpHeaderNames.ACCEPT));
    path = request.uri();
    Forwarding taken =
        express.engine().forward(pool, request, request.uri(), Harmless.is(request), this);
    current = taken;
    if (taken.expectsContinue()) {
      var _ =
          ctx.writeAndFlush(
              new DefaultFullHttpResponse(
                  HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    taken.go();
  }

  private void takePart(ChannelHandlerContext ctx, HttpContent part) {
    if (part.decoderResult().isFailure()) {
      // It would look like the end of the body.
      part.release();
      var _ = ctx.close();
      return;
    }
    boolean last = part instanceof LastHttpContent;
    Forwarding taken = current;
    if (last) {
      requestEnded = true;
      // That the client leaves is seen only while somebody reads.
      ctx.read();
    }
    if (taken == null) {
      part.release();
      if (!last) {
        ctx.read();
      }
    } else {
      taken.body(part);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Forwarding taken = current;
    if (taken != null) {
      taken.bodyFlush();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Forwarding taken = current;
    if (taken != null && ctx.channel().isWritable()) {
      taken.clientWritable();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    clientLeft();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    clientLeft();
  }

  private void clientLeft() {
    Forwarding taken = current;
    current = null;
    if (taken != null) {
      taken.cancel();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (passing) {
      ctx.fireExceptionCaught(cause);
    } else {
      var _ = ctx.close();
    }
  }

  @Override
  public Channel channel() {
    return ctx().channel();
  }

  @Override
  public void more() {
    ctx().read();
  }

  @Override
  public void interim(HttpResponse response) {
    var _ =
        ctx()
            .writeAndFlush(
                new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    response.status(),
                    Unpooled.EMPTY_BUFFER,
                    response.headers(),
                    EmptyHttpHeaders.INSTANCE));
  }

  @Override
  public void head(HttpResponse response) {
    Forwarding taken = current;
    keepAlive &= taken != null && !taken.endIsClose() && taken.bodyEnded();
    sayWhatBecomesOfTheConnection(response.headers());
    var _ = ctx().write(response);
  }

  private void sayWhatBecomesOfTheConnection(HttpHeaders headers) {
    if (!keepAlive) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (oldClient) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  @Override
  public void body(HttpContent content) {
    var _ = ctx().write(content);
  }

  @Override
  public void flush() {
    ctx().flush();
  }

  @Override
  public void ended() {
    current = null;
    ctx().flush();
    if (!keepAlive) {
      close();
    }
  }

  private void close() {
    if (requestEnded) {
      closeAfterWrites();
    } else {
      Farewell.say(ctx());
    }
  }

  private void closeAfterWrites() {
    var _ = ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void refused(Answer answer) {
    current = null;
    keepAlive &= requestEnded;
    HttpResponseStatus status = HttpResponseStatus.valueOf(answer.status());
    boolean page = Telling.wantsPage(accept);
    int query = path.indexOf('?');
    byte[] body =
        (page
                ? Telling.page(status.code(), status.reasonPhrase(), answer.detail())
                : Telling.problem(
                    status.code(),
                    status.reasonPhrase(),
                    answer.detail(),
                    query < 0 ? path : path.substring(0, query)))
            .getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    HttpHeaders headers = response.headers();
    if (answer.retryAfterSeconds() > 0) {
      headers.set(HttpHeaderNames.RETRY_AFTER, answer.retryAfterSeconds());
    }
    headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    headers.set(HttpHeaderNames.CONTENT_TYPE, page ? Telling.HTML : Telling.JSON);
    headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    sayWhatBecomesOfTheConnection(headers);
    var _ = ctx().writeAndFlush(response);
    if (!keepAlive) {
      close();
    }
  }

  @Override
  public void brokenOff(boolean endIsClose) {
    current = null;
    if (endIsClose) {
      // An orderly end would look like the end of the body.
      ctx().channel().config().setOption(ChannelOption.SO_LINGER, 0);
    }
    closeAfterWrites();
  }
}
