package dev.mainstay.web.seed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeedTextsTest {

  @Test
  void aNoticeIsAFunctionOfSeedAndNumber() {
    assertThat(new SeedTexts(42).notice(7)).isEqualTo(new SeedTexts(42).notice(7));
    assertThat(new SeedTexts(42).notice(7)).isNotEqualTo(new SeedTexts(42).notice(8));
    assertThat(new SeedTexts(42).notice(7)).isNotEqualTo(new SeedTexts(43).notice(7));
  }

  @Test
  void textsFitTheBoardAndVary() {
    var texts = new SeedTexts(42);
    var made = IntStream.range(0, 10_000).mapToObj(texts::notice).toList();

    assertThat(made)
        .allSatisfy(
            notice -> {
              assertThat(notice.title()).hasSizeBetween(5, 120);
              assertThat(notice.body()).hasSizeBetween(30, 5000);
              assertThat(notice.by()).hasSameSizeAs(notice.comments());
            });
    assertThat(made.stream().map(SeedTexts.Made::title).distinct().count()).isGreaterThan(1500);
    assertThat(made.stream().map(SeedTexts.Made::body).distinct().count()).isGreaterThan(9500);
  }
}
