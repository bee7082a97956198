package dev.mainstay.gateway.upstream;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many retries a pool may make: a share of the requests of the last ten seconds, and a floor,
 * so that a pool with little traffic can lose a server. Retries that many requests ask for at once
 * would otherwise double the load of servers that fail under it.
 *
 * <p>A second is forgotten as a whole: what counts are the running one and the nine before.
 */
final class Budget {

  private static final int SECONDS = 10;
  private static final long COUNT = 0xFFFF_FFFFL;

  private final RetryRule rule;

  /** By second modulo {@value #SECONDS}: the second above 32 bits, below them the requests. */
  private final AtomicLongArray requests = new AtomicLongArray(SECONDS);

  /** The same of retries; written under the lock of this. */
  private final AtomicLongArray retries = new AtomicLongArray(SECONDS);

  Budget(RetryRule rule) {
    this.rule = rule;
  }

  /** Counts a request, retries not included. */
  void request(Instant now) {
    count(requests, now.getEpochSecond());
  }

  /** Takes a retry out of the budget; false if it is spent. */
  synchronized boolean take(Instant now) {
    long second = now.getEpochSecond();
    long allowed = sum(requests, second) * rule.budgetPercent() / 100 + rule.budgetFloor();
    if (sum(retries, second) >= allowed) {
      return false;
    }
    count(retries, second);
    return true;
  }

  private static void count(AtomicLongArray seconds, long second) {
    int slot = (int) Math.floorMod(second, (long) SECONDS);
    seconds.updateAndGet(slot, was -> was >>> 32 == (second & COUNT) ? was + 1 : second << 32 | 1);
  }

  private static long sum(AtomicLongArray seconds, long second) {
    long sum = 0;
    for (int slot = 0; slot < SECONDS; slot++) {
      long held = seconds.get(slot);
      long age = (second & COUNT) - (held >>> 32);
      if (age >= 0 && age < SECONDS) {
        sum += held & COUNT;
      }
    }
    return sum;
  }
}
