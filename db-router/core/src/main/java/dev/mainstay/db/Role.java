package dev.mainstay.db;

/** What a node is in its cluster, as far as one round of observation tells. */
public enum Role {
  /**
   * Named by the current epoch, and open to writes. Whether it can finish one is {@code writable}.
   */
  PRIMARY,
  /** Closed to writes, of this cluster, and holding nothing that the primary lacks. */
  REPLICA,
  /** Open by its own flags, but not the current epoch's primary. Harmless: it obtains no ack. */
  STALE_PRIMARY,
  /** Reached but not part of the cluster: blank, errant, of another cluster or another engine. */
  QUARANTINED,
  /** No answer in time. */
  UNREACHABLE
}
