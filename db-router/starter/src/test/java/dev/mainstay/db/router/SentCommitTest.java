package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.router.SentCommit.Sight;
import dev.mainstay.db.router.SentCommit.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentCommitTest {

  private static final ServerRun THEN = new ServerRun(1000, 1002);
  private static final SentCommit SENT = new SentCommit(new NodeId("db-1"), THEN, 77, 5);

  /**
   * The primary now, when its process started, the epoch, whether it is open, whether the old
   * session is there: and what it means that the row is found, and that it is not.
   */
  @ParameterizedTest
  @CsvSource({
    // another node
    "db-2, 1000, 6, true,  false, DONE, NOT_DONE",
    "db-2, 1000, 6, true,  true,  DONE, NOT_DONE", // a session of another server
    "db-2, 1000, 5, true,  false, OPEN, OPEN", // a woken primary of an older epoch
    "db-2, 1000, 6, false, false, OPEN, OPEN", // not open: it may lack what others hold
    // the same node, restarted
    "db-1, 1003, 6, true,  false, DONE, NOT_DONE",
    "db-1, 1003, 6, true,  true,  DONE, NOT_DONE", // a session of the new process
    "db-1, 1003, 5, true,  false, OPEN, NOT_DONE", // recovered, but acknowledged by nobody yet
    "db-1, 1003, 6, false, false, OPEN, OPEN",
    // perhaps restarted: one second proves nothing
    "db-1, 1001, 6, true,  true,  DONE, OPEN",
    "db-1, 1001, 6, true,  false, DONE, NOT_DONE",
    // the same process
    "db-1, 1000, 5, true,  false, DONE, NOT_DONE",
    "db-1, 1000, 5, true,  true,  DONE, OPEN",
    "db-1, 1000, 6, true,  true,  DONE, OPEN", // a new epoch of new ackers: it may yet commit
    "db-1, 1000, 6, false, false, OPEN, OPEN",
  })
  void aLookupProves(
      String node,
      long started,
      long epoch,
      boolean open,
      boolean hasSession,
      Verdict found,
      Verdict notFound) {
    Sight sight =
        new Sight(new NodeId(node), new ServerRun(started, started + 2), epoch, open, hasSession);

    assertThat(SENT.judge(sight, true)).isEqualTo(found);
    assertThat(SENT.judge(sight, false)).isEqualTo(notFound);
  }

  @Test
  void startsWithinTheirBoundsAreNotToldApart() {
    assertThat(new ServerRun(1003, 1004).isAfter(THEN)).isTrue();
    assertThat(new ServerRun(1002, 1004).isAfter(THEN)).isFalse();
    assertThat(new ServerRun(900, 902).isAfter(THEN)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServerRun(2, 1))
        .withMessage("latest start is 1 (expected: 2 or more)");
  }
}
