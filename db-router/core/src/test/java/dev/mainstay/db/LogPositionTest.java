package dev.mainstay.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogPositionTest {

  private static final long LAST = 4_294_967_295L;

  @Test
  void readsAsServersPrintIt() {
    assertThat(new LogPosition("binlog.000007", 158)).hasToString("binlog.000007:158");
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, LAST})
  void anOffsetLiesBehindTheMagicBytesAndFitsTheProtocol(long offset) {
    assertThat(new LogPosition("binlog.000001", offset).offset()).isEqualTo(offset);
    assertThat(LogPosition.told("binlog.000001", offset))
        .contains(new LogPosition("binlog.000001", offset));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 3, LAST + 1, Long.MAX_VALUE})
  void anyOtherOffsetIsRefused(long offset) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LogPosition("binlog.000001", offset))
        .withMessage("offset is %d (expected: 4-4294967295)", offset);
  }

  @Test
  void aFileWithoutANameIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LogPosition(" ", 4))
        .withMessageStartingWith("file is blank");
  }

  /** Trap: a node with such a log is as healthy as any other, and is to be seen. */
  @ParameterizedTest
  @CsvSource({"'', 0", "'', 158", "binlog.000001, 0", "binlog.000001, 4294967296"})
  void whatAServerSaysThatNobodyCouldAskForIsNoPosition(String file, long offset) {
    assertThat(LogPosition.told(file, offset)).isEmpty();
  }
}
