package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.alone;
import static dev.mainstay.stack.drill.check.Given.at;
import static dev.mainstay.stack.drill.check.Given.look;
import static dev.mainstay.stack.drill.check.Given.replica;
import static dev.mainstay.stack.drill.check.Given.silence;
import static dev.mainstay.stack.drill.check.Given.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.drill.watch.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AcknowledgeableTest {

  private final List<Sample> samples = new ArrayList<>();

  private void see(Sample... seen) {
    samples.addAll(List.of(seen));
  }

  private List<Spans.Span> spansOf(String node) {
    return Acknowledgeable.spans(samples).getOrDefault(node, Spans.NONE).all();
  }

  @Test
  void openNodeWhoseAckerFollowsItCanObtainAcknowledgements() {
    see(look("db-1", 0, waiting(1, 1)), look("db-1", 100, waiting(1, 1)));
    see(look("db-2", 10, replica(2, 1, 1)), look("db-2", 110, replica(2, 1, 1)));

    // Both states are proven from the later of the first looks to the earlier of the last.
    assertThat(spansOf("db-1")).containsExactly(new Spans.Span(at(12), at(100)));
    assertThat(Acknowledgeable.clashes(samples)).isEmpty();
  }

  @Test
  void wokenPrimaryThatStillCountsItsLostAckersIsHarmless() {
    see(
        look("db-1", 0, waiting(1, 1)),
        silence("db-1", 100),
        look("db-1", 200, waiting(1, 1)),
        look("db-1", 300, waiting(1, 1)));
    see(look("db-2", 200, waiting(2, 11)), look("db-2", 300, waiting(2, 11)));
    see(look("db-3", 200, replica(3, 2, 11)), look("db-3", 300, replica(3, 2, 11)));

    assertThat(Acknowledgeable.clashes(samples)).isEmpty();
  }

  @Test
  void twoOpenNodesWithAnAckerEachClash() {
    see(look("db-1", 0, waiting(1, 1)), look("db-1", 100, waiting(1, 1)));
    see(look("db-2", 0, waiting(2, 11)), look("db-2", 100, waiting(2, 11)));
    see(look("db-3", 0, replica(3, 1, 1)), look("db-3", 100, replica(3, 1, 1)));
    see(look("db-4", 0, replica(4, 2, 11)), look("db-4", 100, replica(4, 2, 11)));

    assertThat(Acknowledgeable.clashes(samples))
        .containsExactly(new Acknowledgeable.Clash("db-1", "db-2", new Spans.Span(at(2), at(100))));
  }

  @Test
  void openNodeThatWaitsForNobodyClashesWithThePrimary() {
    see(look("db-1", 0, alone(1, 1)), look("db-1", 100, alone(1, 1)));
    see(look("db-2", 0, waiting(2, 11)), look("db-2", 100, waiting(2, 11)));
    see(look("db-3", 0, replica(3, 2, 11)), look("db-3", 100, replica(3, 2, 11)));

    assertThat(Acknowledgeable.clashes(samples)).hasSize(1);
  }

  @Test
  void handOverBetweenTwoLooksIsNoClash() {
    // The office goes over between 110 and 195: each is seen open, but never both for sure.
    see(
        look("db-1", 0, waiting(1, 1)),
        look("db-1", 100, waiting(1, 1)),
        look("db-1", 200, replica(1, 2, 11)),
        look("db-1", 300, replica(1, 2, 11)));
    see(
        look("db-2", 95, replica(2, 1, 1)),
        look("db-2", 195, waiting(2, 11)),
        look("db-2", 295, waiting(2, 11)));
    see(
        look("db-3", 90, replica(3, 1, 1)),
        look("db-3", 190, replica(3, 2, 11)),
        look("db-3", 290, replica(3, 2, 11)));

    assertThat(Acknowledgeable.clashes(samples)).isEmpty();
  }

  @Test
  void nodeThatIsSilentBetweenTwoLooksProvesNothingInBetween() {
    see(look("db-1", 0, alone(1, 1)), silence("db-1", 100), look("db-1", 200, alone(1, 1)));

    assertThat(spansOf("db-1")).isEmpty();
  }
}
