package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class RepeatedReadsTest {

  private final SQLException lost = new SQLException("cut off", "08S01");
  private final SQLException stopping = new SQLException("shutdown", "08S01", 1053);
  private final SQLException other = new SQLException("no such table", "42S02", 1146);

  private final RepeatedReads reads = new RepeatedReads(3);

  @Test
  void aReadWhoseNodeWentAwayIsRunAgain() {
    Desk desk = desk(lost, stopping);

    assertThat(desk.read("x")).isEqualTo("x after 3");
    assertThat(reads.repeated()).isEqualTo(2);
  }

  @Test
  void theLastFailureIsToldWhenNoAttemptIsLeft() {
    Desk desk = desk(lost, lost, stopping);

    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> desk.read("x"))
        .withCause(stopping);
  }

  @Test
  void anyOtherFailureIsToldAtOnce() {
    Desk desk = desk(other);

    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> desk.read("x"))
        .withCause(other);
    assertThat(reads.repeated()).isZero();
  }

  @Test
  void aWriteIsNotRunAgain() {
    Desk desk = desk(lost);

    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> desk.write("x"));
  }

  @Test
  void aReadInsideATransactionIsLeftToWhoeverBeganIt() {
    Desk desk = desk(lost);
    TransactionSynchronizationManager.setActualTransactionActive(true);
    try {
      assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> desk.read("x"));
    } finally {
      TransactionSynchronizationManager.clear();
    }
  }

  @Test
  void methodsNeedNotBePublic() throws NoSuchMethodException {
    assertThat(
            RepeatedReads.pointcut()
                .getMethodMatcher()
                .matches(Hidden.class.getDeclaredMethod("read"), Hidden.class))
        .isTrue();
  }

  static class Hidden {
    @Transactional(readOnly = true)
    String read() {
      return "";
    }
  }

  @Test
  void atLeastOneAttemptIsNeeded() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RepeatedReads(0))
        .withMessage("attempts is 0 (expected: 1 or more)");
  }

  private Desk desk(SQLException... failures) {
    ProxyFactory proxies = new ProxyFactory(new FailingDesk(failures));
    proxies.addAdvisor(new DefaultPointcutAdvisor(RepeatedReads.pointcut(), reads));
    return (Desk) proxies.getProxy();
  }

  /** What fails as it is told, then answers. */
  public interface Desk {
    String read(String what);

    String write(String what);
  }

  private static final class FailingDesk implements Desk {

    private final Deque<SQLException> failures;
    private int runs;

    FailingDesk(SQLException... failures) {
      this.failures = new ArrayDeque<>(Arrays.asList(failures));
    }

    @Override
    @Transactional(readOnly = true)
    public String read(String what) {
      runs++;
      SQLException failure = failures.poll();
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
      return what + " after " + runs;
    }

    @Override
    @Transactional
    public String write(String what) {
      return read(what);
    }
  }
}
