package dev.mainstay.gateway.upstream;

import dev.mainstay.gateway.health.Conduct;
import dev.mainstay.gateway.health.Pulse;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A server's life in a pool: what was sent to it and what its checks said. Its place in the roster
 * has the same id.
 */
public final class Member {

  private final String id;
  private final Tally tally = new Tally();
  private final Latencies latencies = new Latencies();

  /** The attempts that want to hear when the server goes down. */
  private final Set<Attempt> watching = ConcurrentHashMap.newKeySet();

  private volatile LongConsumer heads = nanos -> {};

  /** Written under the pool's lock only. */
  private volatile Pulse pulse;

  /** Written under the pool's lock only. */
  private volatile Conduct conduct = Conduct.CLEAN;

  /** When a request failed it last, so that a check that began before says less; guarded. */
  private Instant erred = Instant.MIN;

  /** When a request was refused last; under the pool's lock only. */
  private Instant refused = Instant.MIN;

  /** Whether it is still to come up for the first time since the process started; guarded. */
  private boolean atStart;

  /** When its slow start began, if it is in one; under the pool's lock only. */
  private Instant warmSince = Instant.MIN;

  Member(String id, boolean atStart, Pulse pulse) {
    this.id = id;
    this.atStart = atStart;
    this.pulse = pulse;
  }

  public String id() {
    return id;
  }

  public Tally tally() {
    return tally;
  }

  /**
   * From now on {@code heads} hears how many nanoseconds each request took from being given to the
   * server to the head of its response; it must not block. One hears.
   */
  public void listen(LongConsumer heads) {
    this.heads = heads;
  }

  void answeredAfter(long nanos) {
    heads.accept(nanos);
  }

  /**
   * How long the requests took that it was given, from the pick to the last byte or the failure.
   */
  public Latencies latencies() {
    return latencies;
  }

  public Pulse pulse() {
    return pulse;
  }

  void pulse(Pulse next) {
    pulse = next;
  }

  Conduct conduct() {
    return conduct;
  }

  void conduct(Conduct next) {
    conduct = next;
  }

  /** When its last ejection ends or ended; null if there was none. */
  public @Nullable Instant ejectedUntil() {
    return conduct.until();
  }

  void erred(Instant now) {
    erred = now;
  }

  /** Whether a request has failed since a check began, so that it does not lift an ejection. */
  boolean erredSince(Instant begun) {
    return !erred.isBefore(begun);
  }

  void refused(Instant now) {
    refused = now;
  }

  /** Whether a request has been refused since a check began, so that it says nothing any more. */
  boolean refusedSince(Instant begun) {
    return !refused.isBefore(begun);
  }

  boolean atStart() {
    return atStart;
  }

  /** It takes requests: from now on, coming up is no part of the process's start. */
  void rose() {
    atStart = false;
  }

  Instant warmSince() {
    return warmSince;
  }

  void warmSince(Instant now) {
    warmSince = now;
  }

  void watch(Attempt attempt) {
    watching.add(attempt);
  }

  void unwatch(Attempt attempt) {
    watching.remove(attempt);
  }

  /** Tells the requests in flight that asked for it that the server went down. */
  void redispatch() {
    watching.forEach(Attempt::serverWentDown);
  }
}
