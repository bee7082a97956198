package dev.mainstay.db;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What one look at a node told, or that there was no answer. */
public sealed interface Observation {

  NodeAddress address();

  /** When the observer asked, by its own clock. */
  Instant at();

  /**
   * A node answered. What the account that asked may not see, or what the node does not have yet,
   * is empty.
   *
   * @param version the server's version, such as {@code 9.7.4} or {@code 11.4.5-MariaDB-log}
   * @param clusterId of the cluster that the node was made for; empty on a blank node
   * @param readOnly closed to the application's account
   * @param startedAt when the server process started, to the second: compare with {@link
   *     #sameStart}
   * @param executed all that the node has executed. On a MariaDB primary that includes commits
   *     which still wait for an ack
   * @param lineage by which errant transactions are told
   * @param replication how it follows a source; empty when it was never told one, or was promoted,
   *     and also while it stands still and waits for acknowledgements of its own
   * @param epoch the newest record that the node has executed, not necessarily the one in force
   * @param heartbeat the controller's time in the heartbeat row that the node has executed
   * @param leader the controller that wrote that row
   */
  record Reached(
      NodeAddress address,
      Instant at,
      Engine engine,
      String version,
      long serverId,
      Optional<String> clusterId,
      boolean readOnly,
      Instant startedAt,
      GtidSet executed,
      Lineage lineage,
      Optional<ReplicaStatus> replication,
      SemiSync semiSync,
      Optional<EpochRecord> epoch,
      Optional<Instant> heartbeat,
      Optional<String> leader)
      implements Observation {

    public Reached {
      if (executed.engine() != engine) {
        throw new IllegalArgumentException(
            "executed is '%s' (expected: a GTID set of %s)".formatted(executed, engine));
      }
    }

    /**
     * Everything on this node, executed or waiting in its relay log: what counts in an election.
     */
    public GtidSet held() {
      return replication.map(r -> executed.union(r.retrieved())).orElse(executed);
    }

    /** The same, but for how it follows its source. */
    public Reached withReplication(ReplicaStatus status) {
      return new Reached(
          address,
          at,
          engine,
          version,
          serverId,
          clusterId,
          readOnly,
          startedAt,
          executed,
          lineage,
          Optional.of(status),
          semiSync,
          epoch,
          heartbeat,
          leader);
    }

    /**
     * Whether both looks saw the same run of the server; the server tells its age in whole seconds.
     */
    public boolean sameStart(Reached other) {
      return Duration.between(startedAt, other.startedAt).abs().compareTo(Duration.ofSeconds(2))
          < 0;
    }
  }

  /** No answer: refused, timed out, wrong password, too many connections. */
  record Unreachable(NodeAddress address, Instant at, String why) implements Observation {}
}
