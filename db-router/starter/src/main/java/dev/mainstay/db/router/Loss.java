package dev.mainstay.db.router;

import java.util.List;
import java.util.Objects;

/** What a failed attempt leaves behind: what is certain about its writes. */
sealed interface Loss {

  /** Not for lack of a primary, or some of it was committed: the failure is the application's. */
  record NotOurs() implements Loss {}

  /** There was no primary in time; nothing was done. */
  record NoPrimary() implements Loss {}

  /** Its node went away or lost its office before COMMIT was sent; nothing was done. */
  record BeforeCommit() implements Loss {}

  /** COMMIT was sent and not answered. */
  record InDoubt(SentCommit commit) implements Loss {}

  /** Decides by how far each connection's transaction has come, and by the failure. */
  static Loss of(List<Lease> leases, Throwable failure) {
    boolean aborted = leases.stream().anyMatch(Lease::isAborted);
    boolean lost = aborted || Failures.isLossOfNode(failure);
    if (leases.stream().anyMatch(lease -> lease.phase() == Lease.Phase.COMMITTED)) {
      return new NotOurs();
    }
    List<SentCommit> sent =
        leases.stream()
            .filter(lease -> lease.phase() == Lease.Phase.COMMITTING)
            .map(Lease::sent)
            .filter(Objects::nonNull)
            .toList();
    if (!sent.isEmpty()) {
      return sent.size() == 1 && lost ? new InDoubt(sent.getFirst()) : new NotOurs();
    }
    if (NoPrimaryException.isCauseOf(failure)) {
      return new NoPrimary();
    }
    return lost || Failures.isReadOnlyNode(failure) ? new BeforeCommit() : new NotOurs();
  }
}
