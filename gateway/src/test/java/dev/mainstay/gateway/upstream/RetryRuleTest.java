package dev.mainstay.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryRuleTest {

  @ParameterizedTest
  @CsvSource({
    // fault, harmless, held, retries so far, may be sent again
    "UNCONNECTED, false, false, 0, true",
    "UNCONNECTED, false, false, 9, true",
    "LOST, true, true, 0, true",
    "LOST, true, true, 1, true",
    "LOST, true, true, 2, false",
    "LOST, false, true, 0, false",
    "LOST, true, false, 0, false",
    "LATE, true, true, 0, true",
    "LATE, false, true, 0, false",
  })
  void permits(Fault fault, boolean harmless, boolean held, int retries, boolean permitted) {
    assertThat(new RetryRule(2).permits(fault, harmless, held, retries)).isEqualTo(permitted);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetryRule(-1))
        .withMessage("attempts is -1 (expected: 0-10)");
  }

  @ParameterizedTest
  @CsvSource({
    "502, false, true",
    "503, false, true",
    "504, true, true",
    "503, true, false",
    "500, false, false",
    "200, false, false",
  })
  void statusThatSaysThatTheServerFailed(int status, boolean retryAfter, boolean failure) {
    assertThat(RetryRule.isFailure(status, retryAfter)).isEqualTo(failure);
  }

  @Test
  void refusesABudgetThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetryRule(2, 101, 0))
        .withMessage("budget-percent is 101 (expected: 0-100)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetryRule(2, 20, -1))
        .withMessage("budget-floor is -1 (expected: 0-1000000)");
  }
}
