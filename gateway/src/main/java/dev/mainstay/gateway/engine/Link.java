package dev.mainstay.gateway.engine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A connection to a server. One request uses it at a time; between two it rests. */
final class Link extends ChannelInboundHandlerAdapter {

  private final Lane lane;
  private final URI server;
  private @Nullable Channel channel;
  private @Nullable Forwarding user;
  private boolean resting;
  private boolean reused;
  private boolean closed;
  private long restsSince;

  private Link(Lane lane, URI server, Forwarding user) {
    this.lane = lane;
    this.server = server;
    this.user = user;
  }

  /** A connection that is still to be opened. */
  static Link to(URI server, Lane lane, Forwarding user) {
    return new Link(lane, server, user);
  }

  /** Opens it, of the same kind as {@code like}; its user hears how that went. */
  void open(Channel like, long connectMillis) {
    lane.connect(server, like, connectMillis, this);
  }

  void connected(Future<? super Void> result) {
    Forwarding waiting = user;
    if (waiting == null) {
      return;
    }
    if (result.isSuccess()) {
      waiting.connected(this);
    } else {
      user = null;
      closed = true;
      Throwable cause = result.cause();
      waiting.unconnected(cause == null ? "no connection" : why(cause));
    }
  }

  /** Why, in a few words for a log: {@code connection refused}. */
  static String why(Throwable error) {
    String message = error.getMessage();
    if (message == null) {
      return error.getClass().getSimpleName();
    }
    if (message.contains("Connection refused")) {
      return "connection refused";
    }
    return message.contains("timed out") ? "connection not accepted in time" : message;
  }

  /** The request that uses it from now on. */
  void use(Forwarding next) {
    user = next;
    resting = false;
    reused = true;
  }

  void rest(long now) {
    user = null;
    resting = true;
    restsSince = now;
    if (channel != null && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
  }

  long restsSince() {
    return restsSince;
  }

  /** Whether another request used it before. */
  boolean reused() {
    return reused;
  }

  boolean isActive() {
    return !closed && channel != null && channel.isActive();
  }

  boolean isWritable() {
    return channel != null && channel.isWritable();
  }

  void write(Object message) {
    Channel open = channel;
    if (open == null) {
      ReferenceCountUtil.release(message);
    } else {
      var _ = open.write(message, open.voidPromise());
    }
  }

  void flush() {
    if (channel != null) {
      channel.flush();
    }
  }

  void readOn(boolean on) {
    if (channel != null) {
      channel.config().setAutoRead(on);
    }
  }

  /** Ends it; whoever used it is told nothing any more. */
  void close() {
    user = null;
    closed = true;
    if (channel != null) {
      var _ = channel.close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (closed) {
      // Nobody waited until it was open.
      var _ = ctx.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Forwarding current = user;
    if (current == null) {
      // Nobody asked: whatever it is, it is not an answer to the next request.
      ReferenceCountUtil.release(message);
      lane.forget(server, this);
      close();
    } else if (message instanceof HttpResponse response) {
      current.answered(response);
    } else if (message instanceof HttpContent content) {
      current.answerBody(content);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Forwarding current = user;
    if (current != null) {
      current.answerFlush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Forwarding current = user;
    if (current != null && ctx.channel().isWritable()) {
      current.serverWritable();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    lost(why(cause));
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lost("connection closed");
  }

  private void lost(String why) {
    closed = true;
    Forwarding current = user;
    user = null;
    if (resting) {
      resting = false;
      lane.forget(server, this);
    }
    if (current != null) {
      current.lost(why);
    }
  }
}
