package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpansTest {

  private static Spans.Span span(long from, long to) {
    return new Spans.Span(at(from), at(to));
  }

  private static Spans spans(Spans.Span... spans) {
    return Spans.union(List.of(spans));
  }

  @Test
  void spansThatTouchAreOne() {
    assertThat(spans(span(5, 9), span(0, 3), span(3, 5), span(20, 30), span(22, 25)).all())
        .containsExactly(span(0, 9), span(20, 30));
  }

  @Test
  void commonInstantsOnly() {
    assertThat(spans(span(0, 10), span(20, 30)).and(spans(span(5, 25))).all())
        .containsExactly(span(5, 10), span(20, 25));
    assertThat(spans(span(0, 10)).and(spans(span(10, 20))).all()).isEmpty();
  }

  @Test
  void spanEndsAfterItBegins() {
    assertThatThrownBy(() -> span(5, 5)).hasMessageContaining("expected: after");
  }
}
