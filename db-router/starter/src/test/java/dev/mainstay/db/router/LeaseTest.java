package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.router.Lease.Phase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LeaseTest {

  private final SQLException lost = new SQLException("cut off", "08S01");
  private final SQLException readOnly = new SQLException("read-only", "HY000", 1290);
  private final SQLException deadlock = new SQLException("deadlock", "40001", 1213);

  private final FakeConnection server = new FakeConnection();
  private final List<Lease> returned = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private final Lease.Progress progress =
      new Lease.Progress() {
        @Override
        public void committed() {
          heard.add("committed");
        }

        @Override
        public void inDoubt() {
          heard.add("in doubt");
        }

        @Override
        public void returned() {
          heard.add("returned");
        }
      };
  private final Lease lease = lease(Use.WRITE);
  private final Connection connection = lease.connection();

  @Test
  void nothingIsCommittedBeforeCommitIsSent() throws SQLException {
    connection.prepareStatement("insert …");

    assertThat(lease.phase()).isEqualTo(Phase.UNCOMMITTED);
    assertThat(Loss.of(List.of(lease), lost)).isEqualTo(new Loss.BeforeCommit());
  }

  @Test
  void aCommitThatWasAnsweredIsDone() throws SQLException {
    connection.prepareStatement("insert …");
    connection.commit();

    assertThat(lease.phase()).isEqualTo(Phase.COMMITTED);
    assertThat(Loss.of(List.of(lease), lost)).isEqualTo(new Loss.NotOurs());
  }

  @Test
  void aCommitThatWasNotAnsweredIsInDoubt() throws SQLException {
    server.failures.put("commit", lost);
    connection.prepareStatement("insert …");
    assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);

    SentCommit sent = new SentCommit(new NodeId("db-1"), new ServerRun(1, 3), 77, 5);
    assertThat(lease.sent()).isEqualTo(sent);
    assertThat(Loss.of(List.of(lease), lost)).isEqualTo(new Loss.InDoubt(sent));
  }

  @Test
  void aCommitThatTheServerRefusedAsReadOnlyIsNotDone() throws SQLException {
    server.failures.put("commit", readOnly);
    connection.prepareStatement("insert …");
    assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);

    assertThat(Loss.of(List.of(lease), readOnly)).isEqualTo(new Loss.BeforeCommit());
  }

  @Test
  void aCommitThatFailedInAnotherWayIsTheApplicationsMatter() throws SQLException {
    server.failures.put("commit", deadlock);
    connection.prepareStatement("insert …");
    assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);

    assertThat(Loss.of(List.of(lease), deadlock)).isEqualTo(new Loss.NotOurs());
  }

  /** Trap: what comes after an abort was not sent, and what was sent before it may be done. */
  @Test
  void anAbortBeforeCommitKeepsItFromBeingSent() throws SQLException {
    connection.prepareStatement("insert …");
    lease.abort();
    assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);

    await().until(() -> server.asked.stream().anyMatch(call -> call.startsWith("abort")));
    assertThat(server.asked).doesNotContain("commit");
    assertThat(Loss.of(List.of(lease), new IllegalStateException("in consequence")))
        .isEqualTo(new Loss.BeforeCommit());
  }

  @Test
  void aConnectionThatBrokeBeforeSendsNoCommit() throws SQLException {
    connection.prepareStatement("insert …");
    server.closed = true;

    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(connection::commit)
        .satisfies(e -> assertThat(Failures.isLossOfNode(e)).isTrue());
    assertThat(lease.phase()).isEqualTo(Phase.UNCOMMITTED);
  }

  /** Trap: a statement in autocommit commits itself, and so may not be run again. */
  @Test
  void aStatementInAutocommitCountsAsCommitted() throws SQLException {
    server.autoCommit = true;
    connection.prepareStatement("insert …");

    assertThat(Loss.of(List.of(lease), lost)).isEqualTo(new Loss.NotOurs());
  }

  @Test
  void switchingAutocommitOnCommitsWhatWasBegun() throws SQLException {
    server.failures.put("setAutoCommit", lost);
    connection.prepareStatement("insert …");
    assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection.setAutoCommit(true));

    assertThat(lease.phase()).isEqualTo(Phase.COMMITTING);
  }

  /** As Spring cleans up: it rolls back, and switches autocommit on again. */
  @Test
  void afterARollbackThereIsNothingToCommit() throws SQLException {
    connection.prepareStatement("insert …");
    connection.rollback();
    connection.setAutoCommit(true);

    assertThat(lease.phase()).isEqualTo(Phase.UNCOMMITTED);
  }

  @Test
  void oneCommitAmongSeveralIsEnoughNotToRunAllAgain() throws SQLException {
    Lease other = lease(Use.WRITE);
    other.connection().commit();
    connection.prepareStatement("insert …");

    assertThat(Loss.of(List.of(other, lease), lost)).isEqualTo(new Loss.NotOurs());
  }

  @Test
  void aFailureOfTheApplicationIsTheApplications() {
    assertThat(Loss.of(List.of(lease), new IllegalStateException("no such notice")))
        .isEqualTo(new Loss.NotOurs());
    assertThat(Loss.of(List.of(), new NoPrimaryException("none"))).isEqualTo(new Loss.NoPrimary());
    assertThat(Loss.of(List.of(lease), readOnly)).isEqualTo(new Loss.BeforeCommit());
  }

  @Test
  void itEndsWhenItIsGivenBack() throws SQLException {
    connection.close();

    assertThat(returned).containsExactly(lease);
    assertThat(server.asked).containsExactly("close");
    assertThat(List.of(connection))
        .contains(connection)
        .doesNotContain(lease(Use.WRITE).connection());
  }

  @Test
  void aCommitIsHeardOfOnceItIsAnswered() throws SQLException {
    connection.prepareStatement("insert …");
    assertThat(heard).isEmpty();
    connection.commit();
    connection.close();

    assertThat(heard).containsExactly("committed");
  }

  @Test
  void aRollbackIsNotHeardOf() throws SQLException {
    connection.prepareStatement("insert …");
    connection.rollback();
    connection.setAutoCommit(true);
    connection.close();

    assertThat(heard).isEmpty();
  }

  @Test
  void aCommitWithoutAnAnswerIsHeardOfAsOneInDoubtAndAFailedOneNotAtAll() {
    server.failures.put("commit", lost);
    assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
    assertThat(heard).containsExactly("in doubt");

    heard.clear();
    server.failures.put("commit", deadlock);
    assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
    assertThat(heard).isEmpty();
  }

  @Test
  void whatCommitsItselfIsHeardOfAtTheEnd() throws SQLException {
    server.autoCommit = true;
    connection.prepareStatement("insert …");
    connection.close();
    connection.close();

    assertThat(heard).containsExactly("returned");
  }

  @Test
  void readsAreHeardOfAtTheEndAndWhatWasNotUsedIsNot() throws SQLException {
    Connection read = lease(Use.READ).connection();
    read.prepareStatement("select …");
    read.commit();
    assertThat(heard).isEmpty();
    read.close();
    lease(Use.READ).connection().close();

    assertThat(heard).containsExactly("returned");
  }

  @Test
  void aBrokenConnectionTellsNothing() throws SQLException {
    Connection read = lease(Use.READ).connection();
    read.prepareStatement("select …");
    server.closed = true;
    read.close();

    assertThat(heard).isEmpty();
  }

  private Lease lease(Use use) {
    return new Lease(
        server.connection(),
        new NodeId("db-1"),
        use,
        new ServerRun(1, 3),
        77,
        () -> 5,
        OptionalLong.empty(),
        progress,
        returned::add);
  }
}
