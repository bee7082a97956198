package dev.mainstay.db;

/**
 * A node's part in semi-synchronous replication, in which a commit is answered only after a replica
 * has it.
 *
 * @param source switched on as the side that waits for acks (a primary)
 * @param replica switched on as the side that sends acks
 * @param sourceActive waiting indeed, not fallen back to asynchronous replication after a time-out
 * @param replicaActive sending acks indeed: switched on before the IO thread started, and the
 *     source agreed
 * @param clients connected replicas that send acks
 * @param waiting commits that wait for an ack now
 */
public record SemiSync(
    boolean source,
    boolean replica,
    boolean sourceActive,
    boolean replicaActive,
    int clients,
    int waiting) {

  /** Neither side is on. */
  public static final SemiSync OFF = new SemiSync(false, false, false, false, 0, 0);

  public SemiSync {
    if (clients < 0) {
      throw new IllegalArgumentException("clients is %d (expected: 0 or more)".formatted(clients));
    }
    if (waiting < 0) {
      throw new IllegalArgumentException("waiting is %d (expected: 0 or more)".formatted(waiting));
    }
  }

  /** Whether a commit on this node waits for an ack and there is somebody to send it. */
  public boolean canBeAcknowledged() {
    return source && sourceActive && clients > 0;
  }
}
