package dev.mainstay.gateway.upstream;

import dev.mainstay.gateway.balance.Server;
import java.util.concurrent.atomic.AtomicBoolean;

/** One request given to one server, counted in flight until {@link #end}. */
public final class Attempt {

  private final Server server;
  private final Member member;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final long begun = System.nanoTime();

  Attempt(Server server, Member member) {
    this.server = server;
    this.member = member;
    member.tally().requests.increment();
    member.tally().inFlight.increment();
  }

  public Server server() {
    return server;
  }

  Member member() {
    return member;
  }

  /** The server failed it. Call before {@link #end}; once ended, nothing is counted. */
  public void failed() {
    if (!ended.get()) {
      member.tally().failures.increment();
    }
  }

  /** It goes on at another server. */
  public void retried() {
    member.tally().retries.increment();
  }

  /**
   * It is over: the response went out whole, or failed, or the client left. Only the first call
   * counts.
   */
  public void end() {
    if (ended.compareAndSet(false, true)) {
      member.tally().inFlight.decrement();
      member.latencies().took(System.nanoTime() - begun);
    }
  }
}
