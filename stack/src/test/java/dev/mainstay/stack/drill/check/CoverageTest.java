package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.START;
import static dev.mainstay.stack.drill.check.Given.alone;
import static dev.mainstay.stack.drill.check.Given.at;
import static dev.mainstay.stack.drill.check.Given.look;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.drill.watch.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoverageTest {

  private final List<Sample> samples = new ArrayList<>();

  @Test
  void whoIsLookedAtOftenIsCovered() {
    for (long time = 0; time < 2000; time += 400) {
      samples.add(look("db-1", time, alone(1, 1)));
    }

    assertThat(Coverage.gaps(List.of("db-1"), samples, START, at(2000))).isEmpty();
  }

  @Test
  void whoNeverAnswersIsNot() {
    assertThat(Coverage.gaps(List.of("db-1"), samples, START, at(2000)))
        .containsExactly(
            "db-1 answered 0 looks in the 2000 ms before the first fault (expected: at least 4), so what it took could have gone unseen");
  }

  @Test
  void looksAfterTheFaultDoNotCount() {
    for (long time = 2000; time < 4000; time += 100) {
      samples.add(look("db-1", time, alone(1, 1)));
    }

    assertThat(Coverage.gaps(List.of("db-1"), samples, START, at(2000))).hasSize(1);
  }
}
