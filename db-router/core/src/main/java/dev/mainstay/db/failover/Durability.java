package dev.mainstay.db.failover;

/** What a new primary does when no replica is there to acknowledge its writes. */
public enum Durability {
  /** It acknowledges alone, on record: one lost node more may lose writes. */
  AVAILABLE,
  /** It is opened only once a replica follows it. */
  LOSSLESS
}
