package dev.mainstay.gateway.upstream;

import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.health.Health;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request given to one server, counted in flight until {@link #end}.
 *
 * <p>Its fate is reported as it is known, each at most once, on any thread:
 *
 * <ol>
 *   <li>{@link #whenDown}, if it may be sent again, to hear that its server went down meanwhile;
 *   <li>{@link #onReused} if it goes out on a connection that served another request before;
 *   <li>{@link #answered} when the head of the final response is here, or {@link #failed(Fault)} if
 *       it never comes. These two decide over the server's ejection. {@link Fault#UNCONNECTED} is
 *       first told by {@link Pool#unconnected}, which counts as a failed check;
 *   <li>{@link #failed()} if the response then breaks off by the server's fault, or was late only
 *       because a deadline left it less than the response time-out: counted, not charged;
 *   <li>{@link #retried} if it goes on at another server;
 *   <li>{@link #end}, always, whatever happened: complete, failed, or the client left. A client
 *       that leaves is reported by nothing else.
 * </ol>
 */
public final class Attempt {

  private final Pool pool;
  private final Server server;
  private final Member member;
  private final long start = System.nanoTime();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicReference<@Nullable Runnable> redispatch = new AtomicReference<>();
  private volatile boolean reused;

  private Attempt(Pool pool, Server server, Member member) {
    this.pool = pool;
    this.server = server;
    this.member = member;
  }

  /** Empty if as many as {@code most} are in flight at the server; 0 for no limit. */
  static Optional<Attempt> at(Pool pool, Server server, Member member, int most) {
    if (!member.tally().enter(most)) {
      return Optional.empty();
    }
    member.tally().requests.increment();
    return Optional.of(new Attempt(pool, server, member));
  }

  public Server server() {
    return server;
  }

  Member member() {
    return member;
  }

  /**
   * It goes out on a connection that served another request before: that such a one is lost may be
   * chance, and is not charged to the server.
   */
  public void onReused() {
    reused = true;
  }

  /**
   * Calls {@code redispatch} once if checks mark the server down before {@link #answered} or {@link
   * #end}, on the thread that finds out; at once if they have since the server was picked. It must
   * not block. For a request that may be sent again: its owner then aborts it here and goes on
   * elsewhere, or lets it wait on if there is nobody else.
   */
  public void whenDown(Runnable redispatch) {
    this.redispatch.set(redispatch);
    member.watch(this);
    if (ended.get()) {
      forget();
    } else if (server.health() != Health.DOWN && member.pulse().health() == Health.DOWN) {
      serverWentDown();
    }
  }

  void serverWentDown() {
    Runnable asked = forget();
    if (asked != null) {
      asked.run();
    }
  }

  private @Nullable Runnable forget() {
    Runnable asked = redispatch.getAndSet(null);
    if (asked != null) {
      member.unwatch(this);
    }
    return asked;
  }

  /**
   * The head of the final response is here. 502 and 504 are errors that can lead to an ejection, as
   * is 503, unless it says {@code Retry-After}: that is the application's word.
   *
   * @param status 200-599
   * @param retryAfter whether the response has a {@code Retry-After}
   */
  public void answered(int status, boolean retryAfter) {
    if (ended.get()) {
      return;
    }
    forget();
    member.answeredAfter(System.nanoTime() - start);
    if (RetryRule.isFailure(status, retryAfter)) {
      pool.erred(member, "answered " + status);
    } else if (status != 503) {
      pool.succeeded(member);
    }
  }

  /**
   * The server failed it before there was a response. Call before {@link #end}; once ended, nothing
   * is counted. Charged to the server, but for a reused connection that was lost.
   */
  public void failed(Fault fault) {
    if (ended.get()) {
      return;
    }
    member.tally().failures.increment();
    switch (fault) {
      case UNCONNECTED -> pool.erred(member, "no connection");
      case LATE -> pool.erred(member, "no response in time");
      case LOST -> {
        if (!reused) {
          pool.erred(member, "connection lost");
        }
      }
    }
  }

  /**
   * The server failed it, and is not charged with that: it broke a response off, or a deadline left
   * it no time. Call before {@link #end}; once ended, nothing is counted.
   */
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
      forget();
      member.tally().leave();
      member.latencies().took(System.nanoTime() - start);
      pool.left();
    }
  }
}
