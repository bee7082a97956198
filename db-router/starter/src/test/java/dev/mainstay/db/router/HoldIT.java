package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Observation;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.router.board.Board;
import dev.mainstay.db.router.board.BoardApplication;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Writes and reads whose node goes away under them, on a real cluster with each engine. */
@EachEngine
@Timeout(120)
@SuppressWarnings("NullAway.Init") // what is static is started before the first test of the class
class HoldIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** The default of {@code mainstay.db.pool.maximum-writes}. */
  private static final int MOST_WRITES = 8;

  private static ReplicatedCluster cluster;

  @Parameter private LocalEngine engine;

  private ConfigurableApplicationContext application;
  private TransactionTemplate transaction;
  private JdbcTemplate jdbc;
  private Writes writes;

  @BeforeParameterizedClassInvocation
  static void startCluster(LocalEngine engine) {
    cluster = ReplicatedCluster.start(Engine.valueOf(engine.name()), 3);
  }

  @AfterParameterizedClassInvocation
  static void stopCluster() {
    Stream.ofNullable(cluster).forEach(ReplicatedCluster::close); // none where it was skipped
  }

  @BeforeEach
  void everyNodeIsInItsPlace() {
    cluster.awaitInPlace();
  }

  @AfterEach
  void stop() {
    application.close();
  }

  private void start(String hold, Class<?>... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("mainstay.db.schema", ReplicatedCluster.SCHEMA);
    settings.put("mainstay.db.username", "app");
    settings.put("mainstay.db.password", cluster.password("app"));
    settings.put("mainstay.db.migrate.password", cluster.password("migrate"));
    settings.put("mainstay.db.monitor.password", cluster.password("monitor"));
    settings.put("mainstay.db.hold", hold);
    application = BoardApplication.start(cluster.nodes(), settings, more);
    transaction = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
    jdbc = application.getBean(JdbcTemplate.class);
    writes = application.getBean(Writes.class);
    await().atMost(SOON).until(() -> monitor().writer().isPresent());
  }

  @Test
  void aWriteThatLosesItsPrimaryBeforeCommitIsRunAgain() throws Exception {
    start("30s");
    AtomicInteger runs = new AtomicInteger();

    writes.run(
        () ->
            transaction.execute(
                status -> {
                  insert("before commit");
                  if (runs.incrementAndGet() == 1) {
                    cluster.kill("db-1");
                    cluster.restart("db-1");
                  }
                  insert("before commit, too");
                  return true;
                }));

    assertThat(runs).hasValue(2);
    assertThat(writes.rerun()).isEqualTo(1);
    assertThat(count("before commit")).isEqualTo(1);
    assertThat(count("before commit, too")).isEqualTo(1);
  }

  /**
   * Trap: a primary that is busy is not lost, and a write that waits for its turn has not failed.
   */
  @Test
  void aWriteWaitsForAFreeConnectionAsLongAsForAPrimaryAndIsRefusedThen() throws Exception {
    start("4s");
    List<Connection> taken = new ArrayList<>();
    try {
      for (int i = 0; i < MOST_WRITES; i++) {
        taken.add(router().connection(Use.WRITE));
      }
      long began = System.nanoTime();

      assertThatThrownBy(() -> insert("one too many"))
          .satisfies(failure -> assertThat(NoPrimaryException.isCauseOf(failure)).isTrue())
          .hasStackTraceContaining("no connection to the primary was free in time");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(4));
    } finally {
      for (Connection connection : taken) {
        connection.close();
      }
    }
    insert("its turn");
    assertThat(count("one too many")).isZero();
    assertThat(count("its turn")).isEqualTo(1);
  }

  /**
   * Trap: what is not found yet may be committed later. Run again at once, this one would be there
   * twice.
   */
  @Test
  void aCommitThatWaitsForItsAckIsNotRunAgainThoughItIsNotFoundYet() throws Exception {
    start("40s");
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger lookups = new AtomicInteger();

    CompletableFuture<String> written =
        CompletableFuture.supplyAsync(
            () ->
                writes.run(
                    () ->
                        transaction.execute(
                            status -> {
                              insert("late");
                              if (runs.incrementAndGet() == 1) {
                                cluster.kill("db-2");
                                cluster.kill("db-3");
                              }
                              return "done now";
                            }),
                    () ->
                        transaction.execute(
                            status -> {
                              lookups.incrementAndGet();
                              return found("late") ? Optional.of("found") : Optional.empty();
                            })));
    await().atMost(SOON).until(() -> waiting() >= 1);
    router().abort(lease -> lease.use() == Use.WRITE);
    cluster.restart("db-2");
    cluster.restart("db-3");

    assertThat(written.get(40, TimeUnit.SECONDS)).isEqualTo("found");
    assertThat(runs).hasValue(1);
    assertThat(writes.foundDone()).isEqualTo(1);
    assertThat(count("late")).isEqualTo(1);
  }

  /** Trap: a connection to a stopped process hangs until the socket's time-out, 10 s. */
  @Test
  void aWriteOnANodeThatLostItsOfficeIsBrokenAtOnce() throws Exception {
    start("8s", Rumours.class);
    CompletableFuture<Throwable> sleeping =
        CompletableFuture.supplyAsync(
            () ->
                catchThrowable(
                    () ->
                        transaction.executeWithoutResult(
                            status -> jdbc.queryForList("select sleep(9)"))));
    await().atMost(SOON).until(() -> sessions("db-1", "select sleep(9)") == 1);
    long start = System.nanoTime();

    application.getBean(Rumours.class).secondNodeIsPrimary.set(true);

    assertThat(Failures.isLossOfNode(sleeping.get(5, TimeUnit.SECONDS))).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void aReadThatHangsOnAStoppedReplicaIsRunElsewhere() throws Exception {
    start("8s");
    Board board = application.getBean(Board.class);
    cluster.pause("db-2");
    try {
      long start = System.nanoTime();
      for (int i = 0; i < 10; i++) {
        assertThat(board.reader()).isEqualTo(3);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    } finally {
      cluster.resume("db-2");
    }
  }

  /** It is told in time, and the truth: what waits on a stopped process was not committed. */
  @Test
  void aWriteThatHangsOnAStoppedPrimaryIsBrokenAtItsDeadlineAndRefused() throws Exception {
    start("3s");
    cluster.stopController("rt-1"); // so that nobody succeeds it
    AtomicBoolean paused = new AtomicBoolean();
    long start = System.nanoTime();
    try {
      Throwable refused =
          catchThrowable(
              () ->
                  writes.run(
                      () ->
                          transaction.execute(
                              status -> {
                                insert("stopped");
                                if (paused.compareAndSet(false, true)) {
                                  cluster.pause("db-1");
                                }
                                insert("stopped");
                                return true;
                              })));
      assertThat(NoPrimaryException.isCauseOf(refused)).as("%s", refused).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(6));
    } finally {
      cluster.resume("db-1");
      cluster.startController("rt-1");
    }
    cluster.awaitInSync();
    assertThat(count("stopped")).isZero();
  }

  /** Tells of an epoch that nobody made. */
  @Configuration(proxyBeanMethods = false)
  static class Rumours {

    final AtomicBoolean secondNodeIsPrimary = new AtomicBoolean();

    @Bean(destroyMethod = "")
    NodeProbe probe() {
      JdbcProbe probe =
          new JdbcProbe(
              new Credentials("monitor", cluster.password("monitor")),
              Tls.PREFERRED,
              Duration.ofSeconds(1),
              Clock.systemUTC());
      return node -> {
        Observation seen = probe.observe(node);
        return secondNodeIsPrimary.get() && seen instanceof Observation.Reached reached
            ? told(reached)
            : seen;
      };
    }

    private static Observation told(Observation.Reached seen) {
      return new Observation.Reached(
          seen.address(),
          seen.at(),
          seen.engine(),
          seen.version(),
          seen.serverId(),
          seen.clusterId(),
          seen.readOnly(),
          seen.startedAt(),
          seen.executed(),
          seen.lineage(),
          seen.replication(),
          seen.semiSync(),
          Optional.of(new EpochRecord(99, new NodeId("db-2"), Set.of())),
          seen.heartbeat(),
          seen.leader());
    }
  }

  // ---- Helpers

  private TopologyMonitor monitor() {
    return application.getBean(TopologyMonitor.class);
  }

  private Router router() {
    return application.getBean(Router.class);
  }

  private void insert(String text) {
    jdbc.update("insert into notice (text) values (?)", text);
  }

  private boolean found(String text) {
    return Objects.requireNonNull(
            jdbc.queryForObject("select count(*) from notice where text = ?", Long.class, text))
        > 0;
  }

  private int waiting() {
    return monitor().topology().primary().isEmpty() ? 0 : semiSyncWaiting();
  }

  /** How many commits wait for their ack on the primary. */
  private int semiSyncWaiting() {
    String name =
        switch (engine) {
          case MYSQL -> "Rpl_semi_sync_source_wait_sessions";
          case MARIADB -> "Rpl_semi_sync_master_wait_sessions";
        };
    try {
      return (int) number("db-1", "show global status like '" + name + "'", 2);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long sessions(String node, String statement) throws SQLException {
    long sessions = 0;
    try (Connection connection = cluster.connect(node, "controller");
        Statement ask = connection.createStatement();
        ResultSet rows = ask.executeQuery("show processlist")) {
      while (rows.next()) {
        sessions += statement.equals(rows.getString("Info")) ? 1 : 0;
      }
    }
    return sessions;
  }

  /**
   * On the primary, once every replica has as many: an acknowledgement comes before the applying.
   */
  private static long count(String text) throws SQLException {
    String sql = "select count(*) from mainstay.notice where text = '" + text + "'";
    cluster.awaitInSync();
    long count = number(cluster.primary().value(), sql, 1);
    for (NodeState replica : cluster.topology().replicas()) {
      await().atMost(SOON).until(() -> number(replica.id().value(), sql, 1) == count);
    }
    return count;
  }

  private static long number(String node, String sql, int column) throws SQLException {
    try (Connection connection = cluster.connect(node, "controller");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(column);
    }
  }
}
