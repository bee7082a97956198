package dev.mainstay.db.router;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.LongSupplier;

/**
 * Notes for a {@link CausalSession} what one lent connection writes and shows. What it has to ask
 * it asks on that very connection; that this fails fails nobody.
 */
final class CausalProgress {

  private CausalProgress() {}

  /** Of a connection for writes. */
  record OfWrites(
      CausalSession session, Connection target, Engine engine, OwnGtids own, LongSupplier epoch)
      implements Lease.Progress {

    @Override
    public void committed() {
      try {
        GtidSet wrote = own.take(target, engine).orElse(null);
        // A transaction that wrote nothing has seen the primary's state: a post that was found to
        // be made before is its sender's write all the same.
        session.wrote(
            wrote == null ? Positions.executed(target, engine) : wrote, epoch.getAsLong());
      } catch (SQLException e) {
        inDoubt();
      }
    }

    @Override
    public void inDoubt() {
      session.mayHaveWritten(GtidSet.empty(engine), epoch.getAsLong());
    }

    /** What was written by statements that commit themselves. */
    @Override
    public void returned() {
      try {
        own.take(target, engine).ifPresent(wrote -> session.wrote(wrote, epoch.getAsLong()));
      } catch (SQLException e) {
        inDoubt();
      }
    }
  }

  /**
   * Of a connection for reads. How far the node is is asked after the last read: what the monitor
   * saw before may lack what was shown, and the visitor's next read could go behind it.
   *
   * @param primary whether the node is the primary of this epoch for certain
   */
  record OfReads(
      CausalSession session, Connection target, Engine engine, boolean primary, long epoch)
      implements Lease.Progress {

    @Override
    public void committed() {}

    @Override
    public void inDoubt() {}

    @Override
    public void returned() {
      try {
        session.read(Positions.executed(target, engine), epoch, primary);
      } catch (SQLException e) {
        // The token stays where it is: it asks for less than was shown, and for nothing wrong.
      }
    }
  }
}
