package dev.mainstay.web.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {

  private static final String UUID = "0193a7d2-5c2e-7b1f-9c3d-1f2e3d4c5b6a";

  @Test
  void aUuidIsAKey() {
    assertThat(IdempotencyKey.parse(UUID)).hasToString("Optional[" + UUID + "]");
  }

  @Test
  void caseAndQuotesMakeNoDifference() {
    assertThat(IdempotencyKey.parse("\"" + UUID.toUpperCase(java.util.Locale.ROOT) + "\""))
        .isEqualTo(IdempotencyKey.parse(UUID));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "x",
        "1-1-1-1-1",
        "\"" + UUID,
        UUID + "\"",
        UUID + "0",
        " " + UUID,
        "{" + UUID + "}"
      })
  void anythingElseIsNone(@org.jspecify.annotations.Nullable String text) {
    assertThat(IdempotencyKey.parse(text)).isEmpty();
  }
}
