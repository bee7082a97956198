package dev.mainstay.stack.drill.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FateTest {

  /** What a client saw, and the fate of a write and of a read. */
  @ParameterizedTest
  @CsvSource({
    "201, , id, ACKNOWLEDGED, ACKNOWLEDGED",
    "200, , id, ACKNOWLEDGED, ACKNOWLEDGED",
    "201, , , UNKNOWN, ACKNOWLEDGED",
    "503, refused, , REFUSED, FAILED",
    "503, unknown, , UNKNOWN, FAILED",
    "503, , , UNKNOWN, FAILED",
    "502, , , UNKNOWN, FAILED",
    "504, , , UNKNOWN, FAILED",
    "500, , , UNKNOWN, FAILED",
    "422, , , REFUSED, FAILED",
    "404, , , REFUSED, FAILED",
    "301, , , UNKNOWN, FAILED"
  })
  void answerDecides(int status, String told, String id, Fate write, Fate read) {
    Outcome outcome =
        new Outcome.Answered(status, Optional.ofNullable(told), Optional.ofNullable(id), "");

    assertThat(Fate.of(true, outcome)).isEqualTo(write);
    assertThat(Fate.of(false, outcome)).isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource({"true, UNKNOWN, REFUSED", "false, FAILED, FAILED"})
  void onlyWhatWasNeverSentIsProvablyNotDone(boolean write, Fate noAnswer, Fate notSent) {
    assertThat(Fate.of(write, new Outcome.NoAnswer("reset"))).isEqualTo(noAnswer);
    assertThat(Fate.of(write, new Outcome.NotSent("refused"))).isEqualTo(notSent);
  }
}
