package dev.mainstay.db.controller.loop;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.plan.Task;
import dev.mainstay.db.engine.EngineSql;
import dev.mainstay.db.engine.Source;
import dev.mainstay.db.failover.Decision;
import dev.mainstay.db.failover.Step;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** Does one task, through the session that holds the lock of the task's node. */
final class Actor {

  private static final Duration DRAIN = Duration.ofSeconds(1);

  /** A controller that dies leaves no session behind that waits, and holds its lock, for longer. */
  private static final Duration ACK = Duration.ofMillis(200);

  private static final Duration CONNECTING = Duration.ofMillis(300);

  private static final Duration CATCH_UP = Duration.ofMillis(500);

  private final ControllerSettings settings;
  private final Lease lease;
  private final Reach reach;
  private final Breakpoint breakpoint;
  private final Clock clock;

  Actor(ControllerSettings settings, Lease lease, Reach reach, Clock clock) {
    this.settings = settings;
    this.lease = lease;
    this.reach = reach;
    this.breakpoint = settings.breakpoint();
    this.clock = clock;
  }

  /** Whether the task has what it needs. */
  boolean canAct(Task task) {
    return isKill(task) || lease.session(task.node()).isPresent();
  }

  private static boolean isKill(Task task) {
    return task instanceof Task.Turn(Step.Kill _);
  }

  /**
   * @param looked when the round that it rests on began, by {@link System#nanoTime}
   * @throws SQLException if it failed, or what was waited for did not come about
   * @throws IOException if a node could not be killed
   */
  void act(Task task, long looked) throws SQLException, IOException {
    NodeId node = task.node();
    if (task instanceof Task.Turn(Step step)) {
      breakpoint.before(step.getClass().getSimpleName());
    }
    if (isKill(task)) {
      settings.control().kill(node);
      return;
    }
    LockedSession session =
        lease
            .session(node)
            .orElseThrow(() -> new SQLException("the lock of %s is not held".formatted(node)));
    session.call(
        (sql, connection) -> {
          switch (task) {
            case Task.MakeBlank _ -> sql.resetBlank(connection);
            case Task.Found found -> found(found, sql, connection);
            case Task.Provision _ -> provision(sql, connection);
            case Task.Turn(Step step) -> turn(step, looked, sql, connection);
          }
          return true;
        });
  }

  private void found(Task.Found found, EngineSql sql, Connection c) throws SQLException {
    sql.promote(c, false); // there is nobody yet to acknowledge
    sql.admitController(c);
    sql.createControl(c, found.clusterId());
    provision(sql, c);
  }

  /**
   * The heartbeat is there for MariaDB, which does not start again after a kill if a transaction
   * that it may take back stands in its binary log before statements that it cannot: a later
   * transaction puts what was before on disk for good.
   */
  private void provision(EngineSql sql, Connection c) throws SQLException {
    sql.createSchema(c, settings.accounts().schema());
    sql.createAccounts(c, settings.accounts());
    sql.writeHeartbeat(c, clock.instant(), settings.id());
  }

  private void turn(Step step, long looked, EngineSql sql, Connection c) throws SQLException {
    switch (step) {
      case Step.Fence _ -> sql.stopReceiving(c);
      case Step.Drain _ -> {
        sql.startApplying(c);
        require(
            sql.awaitApplied(c, DRAIN) || sql.discardTorn(c),
            "what it received is not applied yet");
      }
      case Step.CatchUp catchUp ->
          require(sql.awaitExecuted(c, catchUp.wanted(), CATCH_UP), "it has not caught up yet");
      case Step.Promote _ -> sql.promote(c, true);
      case Step.Halt _ -> sql.halt(c);
      case Step.Forget _ -> sql.forgetSource(c);
      case Step.Follow follow -> follow(follow, sql, c);
      case Step.Resume resume -> {
        sql.acknowledge(c, resume.acker());
        sql.startReplication(c);
      }
      case Step.Acknowledge acknowledge -> sql.acknowledge(c, acknowledge.on());
      case Step.TakeOffice take -> takeOffice(take, looked, sql, c);
      case Step.Open _ ->
          require(sql.open(c, until(looked, sql, c)), "it was decided too long ago");
      case Step.Guard _ -> sql.waitForAcks(c);
      case Step.RecordAckers record -> commit(sql, c, record.epoch());
      case Step.Expel expel -> {
        for (NodeId gone : expel.replicas()) {
          sql.shutOut(c, ControllerSettings.user(gone));
        }
        commit(sql, c, expel.epoch());
      }
      case Step.Vouch vouch -> vouch(vouch, looked, sql, c);
      case Step.LetIn letIn -> sql.letIn(c, Set.of(ControllerSettings.user(letIn.replica())));
      case Step.Close _ -> require(sql.close(c), "commits in flight did not end in time");
      case Step.Kill _ -> throw new IllegalStateException("a kill is no statement");
    }
  }

  /**
   * The one change that does not go through the session that holds the lock, for the command takes
   * its connection over. That session is asked right before: it would have ended if the server had
   * been started anew, and then the position might mean something else.
   */
  private void vouch(Step.Vouch vouch, long looked, EngineSql sql, Connection c)
      throws SQLException {
    NodeAddress node = settings.cluster().node(vouch.node()).orElseThrow();
    Connection connection = reach.connect(node);
    try {
      require(
          sql.holdsLock(c, Lease.lockName(settings.cluster()))
              && System.nanoTime() - looked < Decision.VALID.toNanos(),
          "it was decided too long ago");
      sql.vouch(connection, vouch.position());
    } finally {
      Aborts.now(connection);
    }
  }

  private void follow(Step.Follow follow, EngineSql sql, Connection c) throws SQLException {
    NodeAddress source = settings.cluster().node(follow.source()).orElseThrow();
    NodeAddress place = settings.links().source(follow.node(), source);
    sql.follow(
        c,
        new Source(place.host(), place.port(), settings.replication(follow.node())),
        follow.acker());
  }

  /**
   * Until when the node may be opened, by its server's clock. That is asked before the decision's
   * age is taken, so a halt between the two shortens the time that is left.
   */
  private static Instant until(long looked, EngineSql sql, Connection c) throws SQLException {
    Instant now = sql.clock(c);
    return now.plus(Decision.VALID).minusNanos(System.nanoTime() - looked);
  }

  private void takeOffice(Step.TakeOffice take, long looked, EngineSql sql, Connection c)
      throws SQLException {
    breakpoint.before("TakeOffice.promote");
    if (!take.epoch().ackers().isEmpty()) {
      // If none comes the record waits for nobody; it counts once somebody acknowledges.
      sql.awaitAcker(c, CONNECTING);
    }
    // Not promote(false): to switch semi-sync off takes MySQL a second while a replica is
    // connected.
    sql.limitAckWait(c, ACK);
    sql.admitController(c);
    for (NodeId out : take.shutOut()) {
      sql.shutOut(c, ControllerSettings.user(out));
    }
    sql.letIn(c, take.epoch().ackers().stream().map(ControllerSettings::user).toList());
    breakpoint.before("TakeOffice.record");
    commit(sql, c, take.epoch());
    if (sql.engine() == Engine.MARIADB) {
      sql.writeHeartbeat(c, clock.instant(), settings.id());
    }
    Set<String> others = new HashSet<>();
    settings.cluster().nodes().stream()
        .map(NodeAddress::id)
        .filter(id -> !take.epoch().ackers().contains(id))
        .forEach(id -> others.add(ControllerSettings.user(id)));
    sql.killSessions(c, others);
    breakpoint.before("TakeOffice.open");
    if (take.epoch().ackers().isEmpty()) {
      sql.promote(c, false);
      sql.open(c, until(looked, sql, c));
    } else {
      sql.waitForAcks(c);
      sql.openIfAcknowledged(c, until(looked, sql, c));
    }
  }

  private static void commit(EngineSql sql, Connection c, EpochRecord epoch) throws SQLException {
    require(
        sql.commitEpoch(c, epoch),
        "an epoch as high as %d is there already".formatted(epoch.epoch()));
  }

  private static void require(boolean held, String otherwise) throws SQLException {
    if (!held) {
      throw new SQLException(otherwise);
    }
  }

  /** The task in words, for the log: {@code db-2 follows db-1 (joins the new cluster)}. */
  static String words(Task task) {
    String what =
        switch (task) {
          case Task.MakeBlank _ -> "is made blank";
          case Task.Found found -> "founds cluster " + found.clusterId();
          case Task.Provision _ -> "gets schema and accounts";
          case Task.Turn(Step step) -> words(step);
        };
    return "%s %s (%s)".formatted(task.node(), what, task.why());
  }

  private static String words(Step step) {
    return switch (step) {
      case Step.Fence _ -> "receives no more";
      case Step.Drain _ -> "applies what it received";
      case Step.CatchUp _ -> "catches up";
      case Step.Promote _, Step.Halt _ -> "follows nobody";
      case Step.Forget _ -> "forgets its source";
      case Step.Follow follow -> "follows " + follow.source();
      case Step.Resume _ -> "resumes replication";
      case Step.Acknowledge acknowledge ->
          acknowledge.on() ? "acknowledges writes" : "acknowledges no more";
      case Step.TakeOffice take -> "takes office, " + take.epoch();
      case Step.Open _ -> "opens";
      case Step.Guard _ -> "waits for acknowledgements";
      case Step.RecordAckers record -> "records " + record.epoch();
      case Step.Expel expel -> "expels %s, %s".formatted(expel.replicas(), expel.epoch());
      case Step.Vouch vouch ->
          "hears that %s has all before %s".formatted(vouch.replica(), vouch.position());
      case Step.LetIn letIn -> "lets in " + letIn.replica();
      case Step.Close _ -> "closes";
      case Step.Kill _ -> "is killed";
    };
  }
}
