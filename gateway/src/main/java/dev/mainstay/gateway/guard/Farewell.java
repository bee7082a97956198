package dev.mainstay.gateway.guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection on which the client may still be sending: to close it at once would reset it,
 * and the client could lose the answer over that. So only this side is closed, what still comes is
 * dropped, and soon the rest follows.
 */
public final class Farewell {

  private static final long LINGER_MILLIS = 1000;

  private Farewell() {}

  /** After what was written and flushed before; the one who calls drops what is still read. */
  public static void say(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    if (channel instanceof DuplexChannel duplex) {
      var _ = duplex.shutdownOutput();
      channel.config().setAutoRead(true);
      var _ = ctx.executor().schedule(() -> close(channel), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      close(channel);
    }
  }

  private static void close(Channel channel) {
    var _ = channel.close();
  }
}
