package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.TransientDataAccessResourceException;

/** By the numbers of MySQL's and MariaDB's manuals. */
class FailuresTest {

  /**
   * Trap: a connection to a node that became a replica is in order, and would be given out again.
   */
  @ParameterizedTest
  @CsvSource({
    "1290, true", // ER_OPTION_PREVENTS_STATEMENT
    "1836, true", // ER_READ_ONLY_MODE
    "1142, false", // ER_TABLEACCESS_DENIED_ERROR
    "1205, false" // ER_LOCK_WAIT_TIMEOUT
  })
  void aNodeThatIsReadOnlyIsToldFromOneThatRefuses(int code, boolean readOnly) {
    SQLException failure = new SQLException("refused", "HY000", code);

    assertThat(Failures.isReadOnlyNode(failure)).isEqualTo(readOnly);
    assertThat(
            Failures.isReadOnlyNode(
                (Throwable) new TransientDataAccessResourceException("refused", failure)))
        .isEqualTo(readOnly);
  }
}
