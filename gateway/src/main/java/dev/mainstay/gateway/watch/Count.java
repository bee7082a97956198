package dev.mainstay.gateway.watch;

import dev.mainstay.gateway.upstream.Latencies;
import dev.mainstay.gateway.upstream.Member;

/**
 * What was counted of one server, or of several, at one moment or between two.
 *
 * @param retries requests that failed and went on, which are in both numbers before
 */
record Count(long requests, long failures, long retries, Latencies.Reading latencies) {

  static final Count ZERO = new Count(0, 0, 0, Latencies.Reading.empty());

  static Count of(Member member) {
    return new Count(
        member.tally().requests(),
        member.tally().failures(),
        member.tally().retries(),
        member.latencies().reading());
  }

  Count plus(Count other) {
    return new Count(
        requests + other.requests,
        failures + other.failures,
        retries + other.retries,
        latencies.plus(other.latencies));
  }

  Count minus(Count before) {
    return new Count(
        requests - before.requests,
        failures - before.failures,
        retries - before.retries,
        latencies.minus(before.latencies));
  }

  /** As clients see it: a request that went on is one, and has not failed by that. */
  Count merged() {
    return new Count(requests - retries, failures - retries, 0, latencies);
  }
}
