package dev.mainstay.web.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mainstay.web.problem.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagingTest {

  @ParameterizedTest
  @CsvSource({"0, 1, 0", "0, 100, 0", "3, 20, 60", "4999, 20, 99980", "99999, 1, 99999"})
  void pagesDownToTheDepthAreReached(int number, int size, int offset) {
    assertThat(new Paging(number, size).offset()).isEqualTo(offset);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 20",
    "5000, 20",
    "1000000000, 20",
    "2147483647, 100",
    "0, 0",
    "0, -1",
    "0, 101",
    "0, 1000000000"
  })
  void whatLiesOutsideIsRefused(int number, int size) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> new Paging(number, size))
        .satisfies(refusal -> assertThat(refusal.getStatusCode().value()).isEqualTo(400));
  }

  @Test
  void theRefusalNamesValueAndRange() {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> new Paging(-1, 20))
        .satisfies(
            refusal ->
                assertThat(refusal.getBody().getDetail())
                    .isEqualTo(
                        "page is -1 (expected: 0-4999, counted from 0; with 20 entries each)"));
  }

  @Test
  void aFullPageAsksHowManyThereAre() {
    assertThat(Paged.of(List.of(1, 2), new Paging(0, 2), () -> 5).page())
        .isEqualTo(new Paged.Page(0, 2, 5, 3));
  }

  @Test
  void thePageThatIsNotFullIsTheLastAndKnows() {
    assertThat(Paged.of(List.of(1), new Paging(2, 2), PagingTest::neverAsked).page())
        .isEqualTo(new Paged.Page(2, 2, 5, 3));
    assertThat(Paged.of(List.of(), new Paging(0, 2), PagingTest::neverAsked).page())
        .isEqualTo(new Paged.Page(0, 2, 0, 0));
  }

  @Test
  void anEmptyPageBehindTheLastAsks() {
    assertThat(Paged.of(List.of(), new Paging(9, 2), () -> 5).page())
        .isEqualTo(new Paged.Page(9, 2, 5, 3));
  }

  private static int neverAsked() {
    throw new AssertionError("counted for nothing");
  }
}
