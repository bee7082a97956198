package dev.mainstay.db.router;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/** Notes each committed write transaction with {@link OwnWrites}. */
public final class WriteListener implements TransactionExecutionListener {

  @Override
  public void afterCommit(TransactionExecution transaction, @Nullable Throwable commitFailure) {
    // A commit in doubt counts as well: the write may be there, and its author must not miss it.
    if (!transaction.isReadOnly()) {
      OwnWrites.wrote();
    }
  }
}
