package dev.mainstay.gateway.engine;

import dev.mainstay.gateway.upstream.Pool;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Gives requests to the servers of pools. Each event loop has connections of its own, so that a
 * request never changes threads: pick, connection, retries and the way back are plain calls.
 */
public final class Engine {

  private final AttributeKey<Lane> lane = AttributeKey.newInstance("mainstay.lane." + hashCode());
  private final ConcurrentHashMap<EventExecutor, Lane> lanes = new ConcurrentHashMap<>();
  private final Names names = new Names();
  private final LongAdder taken = new LongAdder();
  private final LongAdder inFlight = new LongAdder();
  private final String gatewayId;
  private final boolean exposeServedBy;
  private final Duration idle;

  /**
   * @param gatewayId what servers are told in {@code X-Mainstay-Gateway}
   * @param exposeServedBy whether responses carry {@code X-Served-By}
   * @param idle how long a connection may rest before it is closed; below the servers' keep-alive
   */
  public Engine(String gatewayId, boolean exposeServedBy, Duration idle) {
    this.gatewayId = gatewayId;
    this.exposeServedBy = exposeServedBy;
    this.idle = idle;
  }

  /**
   * Takes on a request. Its body, if it has one, follows by {@link Forwarding#body}.
   *
   * @param target the path and query to ask for
   * @param harmless whether a server may be asked twice
   */
  public Forwarding forward(
      Pool pool, HttpRequest request, String target, boolean harmless, Front front) {
    EventLoop loop = front.channel().eventLoop();
    Lane here = front.channel().attr(lane).get();
    if (here == null) {
      here = lanes.computeIfAbsent(loop, each -> new Lane(loop, names, idle.toNanos()));
      front.channel().attr(lane).set(here);
    }
    return new Forwarding(this, here, pool, request, target, harmless, front);
  }

  String gatewayId() {
    return gatewayId;
  }

  boolean exposeServedBy() {
    return exposeServedBy;
  }

  void began() {
    taken.increment();
    inFlight.increment();
  }

  void over() {
    inFlight.decrement();
  }

  /** Requests that were ever taken on. */
  public long taken() {
    return taken.sum();
  }

  /** Requests that were taken on and are not over. */
  public long inFlight() {
    return inFlight.sum();
  }

  /** Closes the connections that rest; those in use are closed when they come back. */
  public void close() {
    lanes.forEach(
        (loop, each) -> {
          if (!loop.isShuttingDown()) {
            loop.execute(each::close);
          }
        });
    names.close();
  }
}
