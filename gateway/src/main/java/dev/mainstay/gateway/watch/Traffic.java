package dev.mainstay.gateway.watch;

import dev.mainstay.gateway.upstream.Member;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The traffic of this gateway over the last {@value #WINDOW} ticks, by server, by pool and in all.
 *
 * <p>A server's requests are those given to it. In a pool's, one that failed and went on to another
 * server counts once, and has failed only if nobody answered it in the end.
 */
public final class Traffic {

  /** Ticks come once a second. */
  static final int WINDOW = 3;

  private final Pools pools;

  /** The last readings, the oldest first. The thread that ticks alone uses it. */
  private final Deque<Frame> frames = new ArrayDeque<>();

  private volatile Speeds now = new Speeds(Map.of(), Map.of(), Speed.NONE);

  private record Frame(Instant at, Map<Member, Count> counts) {}

  private record Speeds(Map<Member, Speed> servers, Map<String, Speed> pools, Speed all) {}

  Traffic(Pools pools) {
    this.pools = pools;
  }

  void tick(Instant at) {
    Map<Member, Count> counts = new HashMap<>();
    Map<Member, Count> before = frames.isEmpty() ? counts : frames.getFirst().counts();
    Duration time = frames.isEmpty() ? Duration.ZERO : Duration.between(frames.getFirst().at(), at);
    Map<Member, Speed> servers = new HashMap<>();
    Map<String, Speed> byPool = new HashMap<>();
    Count all = Count.ZERO;
    for (Pool pool : pools.all()) {
      Count sum = Count.ZERO;
      for (String id : pool.serverIds()) {
        Member member = pool.member(id).orElse(null);
        if (member != null) {
          Count count = Count.of(member);
          counts.put(member, count);
          // One that came in between began at nothing.
          Count during = count.minus(before.getOrDefault(member, Count.ZERO));
          servers.put(member, Speed.of(during, time));
          sum = sum.plus(during);
        }
      }
      byPool.put(pool.name(), Speed.of(sum.merged(), time));
      all = all.plus(sum);
    }
    frames.add(new Frame(at, counts));
    if (frames.size() > WINDOW) {
      frames.remove();
    }
    now = new Speeds(servers, byPool, Speed.of(all.merged(), time));
  }

  public Speed of(Member server) {
    return now.servers().getOrDefault(server, Speed.NONE);
  }

  public Speed of(Pool pool) {
    return now.pools().getOrDefault(pool.name(), Speed.NONE);
  }

  public Speed all() {
    return now.all();
  }
}
