package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.router.SentCommit.Sight;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

@Timeout(20)
class WritesTest {

  private final SQLException lost = new SQLException("cut off", "08S01");
  private static final NodeId DB_1 = new NodeId("db-1");
  private static final NodeId DB_2 = new NodeId("db-2");
  private static final ServerRun RUN = new ServerRun(1000, 1002);
  private static final Sight LATER = new Sight(DB_2, RUN, 6, true, false);
  private static final Sight STILL_THERE = new Sight(DB_1, RUN, 5, true, true);

  private final Writes writes = new Writes(Duration.ofMillis(300));
  private int runs;

  @AfterEach
  void end() {
    TransactionSynchronizationManager.clear();
  }

  @Test
  void whatWasLostBeforeCommitIsRunAgain() {
    assertThat(writes.run(work(this::loseBeforeCommit, this::loseBeforeCommit))).isEqualTo("3");
    assertThat(writes.rerun()).isEqualTo(2);
  }

  @Test
  void whatIsLostAgainAndAgainIsProvablyNotDone() {
    assertThatExceptionOfType(DataAccessException.class)
        .isThrownBy(
            () ->
                writes.run(
                    () -> {
                      loseBeforeCommit();
                      return "never";
                    }))
        .satisfies(e -> assertThat(NoPrimaryException.isCauseOf(e)).isTrue())
        .satisfies(e -> assertThat(UnknownOutcomeException.isCauseOf(e)).isFalse());
  }

  /** Trap: a plain retry of a COMMIT in doubt is a bug. */
  @Test
  void aCommitInDoubtIsNotRunAgainWithoutALookup() {
    assertThatExceptionOfType(DataAccessResourceFailureException.class)
        .isThrownBy(() -> writes.run(work(this::loseInCommit)));
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void aCommitInDoubtThatIsFoundIsAnsweredAsIfNothingHadHappened() {
    assertThat(writes.run(work(this::loseInCommit), () -> found(LATER, "recorded")))
        .isEqualTo("recorded");
    assertThat(runs).isEqualTo(1);
    assertThat(writes.foundDone()).isEqualTo(1);
  }

  @Test
  void aCommitInDoubtThatIsProvablyAbsentIsRunAgain() {
    assertThat(writes.run(work(this::loseInCommit), () -> found(LATER, null))).isEqualTo("2");
    assertThat(writes.foundNotDone()).isEqualTo(1);
  }

  /** Trap: the old transaction may commit after the lookup. */
  @Test
  void aCommitThatMayYetComeIsLookedUpAgain() {
    Deque<Supplier<Optional<String>>> lookups =
        new ArrayDeque<>(
            Arrays.asList(
                () -> found(STILL_THERE, null),
                () -> found(STILL_THERE, null),
                () -> found(STILL_THERE, "it came")));

    assertThat(
            writes.run(
                work(this::loseInCommit), () -> Objects.requireNonNull(lookups.poll()).get()))
        .isEqualTo("it came");
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void aCommitThatStaysInDoubtIsUnknown() {
    assertThatExceptionOfType(UnknownOutcomeException.class)
        .isThrownBy(() -> writes.run(work(this::loseInCommit), () -> found(STILL_THERE, null)));
    assertThat(runs).isEqualTo(1);
    assertThat(writes.undecided()).isEqualTo(1);
  }

  @Test
  void aLookupThatAsksNoPrimaryDecidesNothing() {
    assertThatExceptionOfType(UnknownOutcomeException.class)
        .isThrownBy(() -> writes.run(work(this::loseInCommit), () -> Optional.of("from a cache")));
  }

  @Test
  void aLookupThatLosesItsPrimaryTooIsMadeAgain() {
    Deque<Supplier<Optional<String>>> lookups =
        new ArrayDeque<>(
            Arrays.asList(
                () -> {
                  throw new DataAccessResourceFailureException("lost", lost);
                },
                () -> found(LATER, "recorded")));

    assertThat(
            writes.run(
                work(this::loseInCommit), () -> Objects.requireNonNull(lookups.poll()).get()))
        .isEqualTo("recorded");
  }

  @Test
  void aLookupWithABugDecidesNothing() {
    assertThatExceptionOfType(UnknownOutcomeException.class)
        .isThrownBy(
            () ->
                writes.run(
                    work(this::loseInCommit),
                    () -> {
                      throw new IllegalStateException("a bug");
                    }));
  }

  @Test
  void insideOfATransactionWorkIsLeftToWhoeverBeganIt() {
    TransactionSynchronizationManager.setActualTransactionActive(true);

    assertThatExceptionOfType(DataAccessResourceFailureException.class)
        .isThrownBy(() -> writes.run(work(this::loseBeforeCommit)));
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void aMethodThatOptedInIsRunAgainAndNoOther() throws Exception {
    ProxyFactory proxies = new ProxyFactory(new Desk());
    proxies.addAdvisor(new DefaultPointcutAdvisor(Writes.pointcut(), writes));
    Till desk = (Till) proxies.getProxy();

    assertThat(desk.rerunnable()).isEqualTo(2);
    assertThatExceptionOfType(DataAccessResourceFailureException.class).isThrownBy(desk::other);
    assertThat(runs).isEqualTo(1);
  }

  interface Till {
    int rerunnable();

    int other();
  }

  final class Desk implements Till {
    @Override
    @Rerunnable
    public int rerunnable() {
      if (++runs == 1) {
        loseBeforeCommit();
      }
      return runs;
    }

    @Override
    public int other() {
      runs = 1;
      loseBeforeCommit();
      return runs;
    }
  }

  /** Fails as told at its first runs, then answers the number of its run. */
  private Supplier<String> work(Runnable... failures) {
    Deque<Runnable> left = new ArrayDeque<>(Arrays.asList(failures));
    return () -> {
      runs++;
      Runnable failure = left.poll();
      if (failure != null) {
        failure.run();
      }
      return Integer.toString(runs);
    };
  }

  private void loseBeforeCommit() {
    borrow(new FakeConnection());
    throw new DataAccessResourceFailureException("lost", lost);
  }

  private void loseInCommit() {
    FakeConnection server = new FakeConnection();
    server.failures.put("commit", lost);
    try {
      borrow(server).connection().commit();
    } catch (SQLException e) {
      throw new DataAccessResourceFailureException("lost", e);
    }
  }

  private static Lease borrow(FakeConnection server) {
    Lease lease =
        new Lease(
            server.connection(),
            DB_1,
            Use.WRITE,
            RUN,
            77,
            () -> 5,
            OptionalLong.empty(),
            Lease.Progress.UNHEARD,
            returned -> {});
    Attempt attempt = Attempt.current();
    if (attempt != null) {
      attempt.borrows(lease);
    }
    return lease;
  }

  private static <T> Optional<T> found(Sight sight, @Nullable T value) {
    Objects.requireNonNull(Attempt.current()).sees(sight);
    return Optional.ofNullable(value);
  }
}
