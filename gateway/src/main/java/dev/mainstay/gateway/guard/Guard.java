package dev.mainstay.gateway.guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The checks that a client's requests pass before a route sees them.
 *
 * <p>Refused with 400, 414, 431 or 505, and the connection closed: framing that two readers could
 * read in two ways (see {@link Scan}), and lines or headers that are too long. What does not come
 * in time is a 408. Of a request that is refused nothing goes on, but for the part of its body that
 * came before the fault.
 */
public final class Guard {

  /** The name of the last handler of the guard. */
  public static final String LAST = "mainstay.turns";

  private Guard() {}

  /**
   * Puts the checks around the codec of a connection.
   *
   * @param codec the name of the handler that reads HTTP/1.1
   * @param lastCall whether a response is to be the last of its connection
   * @param unfinished whether whoever answers goes on with an exchange whose response is out; what
   *     becomes false is told by an event on the pipeline
   */
  public static void install(
      ChannelPipeline pipeline,
      String codec,
      Bounds limits,
      BooleanSupplier lastCall,
      Predicate<Channel> unfinished) {
    ByteGuard bytes = new ByteGuard(limits);
    pipeline.addBefore(codec, "mainstay.guard", bytes);
    pipeline.addAfter(codec, LAST, new Turns(bytes, lastCall, unfinished));
  }
}
