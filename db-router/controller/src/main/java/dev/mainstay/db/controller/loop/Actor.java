package dev.mainstay.db.controller.loop;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.Step;
import dev.mainstay.db.engine.EngineSql;
import dev.mainstay.db.engine.Source;
import java.sql.Connection;
import java.sql.SQLException;

/** Does one step, through the session that holds the lock of the step's node. */
final class Actor {

  private final ControllerSettings settings;
  private final Lease lease;

  Actor(ControllerSettings settings, Lease lease) {
    this.settings = settings;
    this.lease = lease;
  }

  /** Does the step. */
  void act(Step step) throws SQLException {
    NodeId node = step.node().id();
    LockedSession session =
        lease
            .session(node)
            .orElseThrow(() -> new SQLException("the lock of %s is not held".formatted(node)));
    session.call(
        (sql, connection) -> {
          act(step, sql, connection);
          return true;
        });
  }

  private void act(Step step, EngineSql sql, Connection c) throws SQLException {
    switch (step) {
      case Step.MakeBlank _ -> sql.resetBlank(c);
      case Step.Found found -> {
        sql.admitController(c);
        sql.createControl(c, found.clusterId());
        provision(sql, c);
      }
      case Step.Follow follow -> {
        Source source =
            new Source(
                follow.source().host(),
                follow.source().port(),
                settings.replication(follow.node().id()));
        sql.follow(c, source, follow.acker());
      }
      case Step.Resume resume -> {
        sql.acknowledge(c, resume.acker());
        sql.startReplication(c);
      }
      case Step.Open open -> {
        sql.promote(c, !open.epoch().ackers().isEmpty());
        sql.admitController(c);
        commit(sql, c, open.epoch());
        sql.open(c);
      }
      case Step.Provision _ -> provision(sql, c);
      case Step.RecordAckers record -> commit(sql, c, record.epoch());
      case Step.Acknowledge acknowledge -> sql.acknowledge(c, acknowledge.on());
      case Step.GuardWrites _ -> sql.promote(c, true);
      case Step.Close _ -> {
        if (!sql.close(c)) {
          throw new SQLException("commits in flight did not end in time");
        }
      }
    }
  }

  private void provision(EngineSql sql, Connection c) throws SQLException {
    sql.createSchema(c, settings.accounts().schema());
    sql.createAccounts(c, settings.accounts());
  }

  private static void commit(EngineSql sql, Connection c, EpochRecord epoch) throws SQLException {
    if (!sql.commitEpoch(c, epoch)) {
      throw new SQLException("an epoch as high as %d is there already".formatted(epoch.epoch()));
    }
  }

  /** The step in words, for the log: {@code db-2 follows db-1 (joins the new cluster)}. */
  static String words(Step step) {
    String what =
        switch (step) {
          case Step.MakeBlank _ -> "is made blank";
          case Step.Found found -> "founds cluster " + found.clusterId();
          case Step.Follow follow -> "follows " + follow.source().id();
          case Step.Resume _ -> "resumes replication";
          case Step.Open open -> "opens, " + open.epoch();
          case Step.Provision _ -> "gets schema and accounts";
          case Step.RecordAckers record -> "records " + record.epoch();
          case Step.Acknowledge acknowledge ->
              acknowledge.on() ? "acknowledges writes" : "acknowledges no more";
          case Step.GuardWrites _ -> "waits for acknowledgements";
          case Step.Close _ -> "closes";
        };
    return "%s %s (%s)".formatted(step.node().id(), what, step.why());
  }
}
