package dev.mainstay.gateway.express;

import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.engine.Engine;
import dev.mainstay.gateway.upstream.Pool;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Takes the requests whose route is known to do nothing but balance. */
public final class Express {

  private final Table table;
  private final Engine engine;

  /** The roster of a pool that was last found to have servers of plain http only. */
  private final Map<Pool, Roster> plain = new ConcurrentHashMap<>();

  private volatile boolean closed;

  public Express(Table table, Engine engine) {
    this.table = table;
    this.engine = engine;
  }

  /** Puts a handler behind the one that is named; requests it does not take pass through it. */
  public void install(ChannelPipeline pipeline, String behind) {
    pipeline.addAfter(behind, "mainstay.express", new ExpressHandler(this));
  }

  /** From now on every request passes through; those that were taken go on to their end. */
  public void close() {
    closed = true;
  }

  public boolean isClosed() {
    return closed;
  }

  public Engine engine() {
    return engine;
  }

  /** Where to; null to let the request pass. */
  @Nullable Pool poolFor(HttpRequest request) {
    if (closed
        || request.decoderResult().isFailure()
        || request.headers().contains(HttpHeaderNames.UPGRADE)) {
      return null;
    }
    Pool pool = table.find(request.method().name(), request.uri()).orElse(null);
    return pool != null && isPlain(pool) ? pool : null;
  }

  @SuppressWarnings("ReferenceEquality") // The very same roster needs no second look.
  private boolean isPlain(Pool pool) {
    Roster roster = pool.roster();
    if (plain.get(pool) == roster) {
      return true;
    }
    if (roster.servers().stream().allMatch(server -> "http".equals(server.uri().getScheme()))) {
      plain.put(pool, roster);
      return true;
    }
    return false;
  }
}
