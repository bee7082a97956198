package dev.mainstay.gateway.check;

import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.upstream.Member;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Pools;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Checks every server that is not in maintenance, each at the interval that its pulse asks for,
 * never twice at a time. Servers that come and go are seen at the next {@link #tick}.
 */
public final class Checks {

  private final Pools pools;
  private final Map<String, Probe.Question> questions = new HashMap<>();
  private final Probe probe;

  // The thread that ticks alone uses it.
  private Map<Member, Watch> watches = new HashMap<>();

  private record Watch(Instant lastStart, AtomicBoolean asking) {}

  public Checks(Pools pools) {
    this(pools, new NetworkProbe());
  }

  Checks(Pools pools, Probe probe) {
    this.pools = pools;
    this.probe = probe;
  }

  /** How to ask the servers of {@code pool}: see {@link Probe.Question}. Before the first tick. */
  public void ask(String pool, Optional<String> path, Duration timeout) {
    questions.put(pool, new Probe.Question(path, timeout));
  }

  /** Starts the checks that are due. */
  public void tick(Instant now) {
    Map<Member, Watch> next = new HashMap<>();
    for (Pool pool : pools.all()) {
      Probe.Question question = questions.get(pool.name());
      if (question == null) {
        continue;
      }
      for (Server server : pool.roster().servers()) {
        if (server.state() != State.MAINT) {
          pool.member(server.id())
              .ifPresent(
                  member -> next.put(member, watch(pool, member, server.uri(), question, now)));
        }
      }
    }
    watches = next;
  }

  private Watch watch(Pool pool, Member member, URI uri, Probe.Question question, Instant now) {
    Watch watch = watches.get(member);
    if (watch != null
        && (watch.asking().get()
            || now.isBefore(watch.lastStart().plus(member.pulse().untilNextCheck())))) {
      return watch;
    }
    Watch fresh = new Watch(now, new AtomicBoolean(true));
    var _ =
        probe
            .ask(uri, question)
            .doFinally(signal -> fresh.asking().set(false))
            .subscribe(answer -> pool.checked(member, now, answer.passed(), answer.why()));
    return fresh;
  }
}
