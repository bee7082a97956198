package dev.mainstay.db;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A node's place in the topology.
 *
 * @param writable the current epoch's primary, open, and able to obtain an acknowledgement (or to
 *     do without, on record)
 * @param lag of a replica, at most this far behind; 0 of the primary; empty when unknown, and when
 *     it applies nothing of what it receives: then it is not to be read from
 * @param gtid what it has executed
 * @param errant what it holds that the primary lacks, and will always lack: such a node never joins
 *     again as it is; empty of all others
 * @param heartbeat the newest heartbeat that it has executed; on a primary, when its lease was last
 *     renewed
 * @param why one phrase for people: whom it follows, or what is wrong
 */
public record NodeState(
    NodeAddress address,
    Role role,
    boolean writable,
    Optional<Duration> lag,
    Optional<GtidSet> gtid,
    Optional<GtidSet> errant,
    OptionalLong serverId,
    Optional<Instant> heartbeat,
    String why) {

  public NodeState {
    if (writable && role != Role.PRIMARY) {
      throw new IllegalArgumentException(
          "role of writable node %s is %s (expected: PRIMARY)".formatted(address.id(), role));
    }
    if (lag.isPresent() && lag.get().isNegative()) {
      throw new IllegalArgumentException(
          "lag of node %s is %s (expected: 0 or more)".formatted(address.id(), lag.get()));
    }
  }

  public NodeId id() {
    return address.id();
  }
}
