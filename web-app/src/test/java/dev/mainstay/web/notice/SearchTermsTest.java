package dev.mainstay.web.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mainstay.web.problem.Refusal;
import org.junit.jupiter.api.Test;

class SearchTermsTest {

  @Test
  void eachWordOnce() {
    assertThat(SearchTerms.of("  blue\tbicycle  blue ").words()).containsExactly("blue", "bicycle");
  }

  @Test
  void nothingButSpacesSearchesForNothing() {
    assertThat(SearchTerms.of(" \n ").isEmpty()).isTrue();
  }

  @Test
  void wildcardsMeanThemselves() {
    assertThat(SearchTerms.of("50% a_b wow! c:\\d").patterns())
        .containsExactly("%50!%%", "%a!_b%", "%wow!!%", "%c:\\d%");
  }

  @Test
  void longTextsAreRefused() {
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> SearchTerms.of("x".repeat(101)));
  }

  @Test
  void manyWordsAreRefused() {
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> SearchTerms.of("a b c d e f g"));
  }
}
