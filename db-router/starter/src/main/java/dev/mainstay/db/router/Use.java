package dev.mainstay.db.router;

/** What a connection is for. A read may go to a replica, a write only to the primary. */
public enum Use {
  READ,
  WRITE
}
