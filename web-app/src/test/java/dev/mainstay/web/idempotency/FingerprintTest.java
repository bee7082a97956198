package dev.mainstay.web.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FingerprintTest {

  @Test
  void sameContentSameFingerprint() {
    assertThat(Fingerprint.of("a", "ü🍰")).isEqualTo(Fingerprint.of("a", "ü🍰"));
    assertThat(Fingerprint.of("a").hex()).hasSize(64).matches("[0-9a-f]+");
  }

  @Test
  void partsDoNotRunIntoEachOther() {
    assertThat(Fingerprint.of("ab", "c")).isNotEqualTo(Fingerprint.of("a", "bc"));
    assertThat(Fingerprint.of("ab", "")).isNotEqualTo(Fingerprint.of("ab"));
  }
}
