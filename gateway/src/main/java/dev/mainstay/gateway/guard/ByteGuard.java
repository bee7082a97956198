package dev.mainstay.gateway.guard;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the codec. Bytes that are sound pass on as they came; at the first that are not, or
 * that do not come in time, a {@link Refusal} is passed on in place of the request they belong to,
 * and nothing after it.
 */
final class ByteGuard extends ChannelDuplexHandler {

  private final Scan scan;
  private final long headNanos;
  private final long bodyNanos;

  private boolean refused;
  private boolean steppedAside;

  /** Whether somebody waits for the client's next bytes. */
  private boolean reading;

  /** When the head at hand began, or the body stood still. */
  private long since;

  private boolean headBegun;
  private @Nullable ScheduledFuture<?> watch;

  ByteGuard(Bounds limits) {
    this.scan = new Scan(limits.line(), limits.headers());
    this.headNanos = limits.headTimeout().toNanos();
    this.bodyNanos = limits.bodyTimeout().toNanos();
  }

  /** What comes from now on is no HTTP/1.1 any more. */
  void stepAside() {
    steppedAside = true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // As the channel does: what was asked for has come, and more is read when somebody asks again.
    reading = ctx.channel().config().isAutoRead();
    if (refused) {
      ReferenceCountUtil.release(message);
    } else if (steppedAside || !(message instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(message);
    } else {
      Refusal refusal = scan.read(view(bytes));
      if (refusal == null) {
        ctx.fireChannelRead(bytes);
      } else {
        refuse(ctx, refusal, bytes);
      }
    }
  }

  private static ByteBuffer view(ByteBuf bytes) {
    return bytes.nioBufferCount() == 1
        ? bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes())
        : bytes.nioBuffer();
  }

  private void refuse(ChannelHandlerContext ctx, Refusal refusal, ByteBuf bytes) {
    refused = true;
    int sound = scan.sound();
    if (sound > 0) {
      ctx.fireChannelRead(bytes.readRetainedSlice(sound));
    }
    bytes.release();
    ctx.fireChannelRead(refusal);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!reading) {
      reading = true;
      if (scan.inBody()) {
        waitFrom(ctx, System.nanoTime());
      }
    }
    ctx.read();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (scan.inHead()) {
      if (!headBegun) {
        headBegun = true;
        waitFrom(ctx, System.nanoTime());
      }
    } else {
      headBegun = false;
      if (scan.inBody()) {
        waitFrom(ctx, System.nanoTime());
      }
    }
    ctx.fireChannelReadComplete();
  }

  private void waitFrom(ChannelHandlerContext ctx, long now) {
    since = now;
    if (watch == null) {
      watchFor(ctx, scan.inHead() ? headNanos : bodyNanos);
    }
  }

  /** One task a connection at most, and none while requests come whole. */
  private void watchFor(ChannelHandlerContext ctx, long nanos) {
    watch = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    watch = null;
    if (refused || steppedAside || !(scan.inHead() || scan.inBody())) {
      return;
    }
    boolean head = scan.inHead();
    long limit = head ? headNanos : bodyNanos;
    // Where nobody asks for more, it is not the client that is slow.
    long waited = reading ? System.nanoTime() - since : 0;
    if (waited < limit) {
      watchFor(ctx, limit - waited);
    } else {
      refused = true;
      ctx.fireChannelRead(head ? Refusal.HEAD_LATE : Refusal.BODY_LATE);
      ctx.fireChannelReadComplete();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (watch != null) {
      watch.cancel(false);
      watch = null;
    }
  }
}
