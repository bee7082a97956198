package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.db.router.Rotation.Weighted;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RotationTest {

  @Test
  void takesTurnsSmoothlyByWeight() {
    assertThat(
            turns(
                7, List.of(new Weighted<>("a", 5), new Weighted<>("b", 1), new Weighted<>("c", 1))))
        .isEqualTo("aabacaa");
  }

  @Test
  void equalWeightsAlternate() {
    assertThat(
            turns(
                6,
                List.of(
                    new Weighted<>("a", 100), new Weighted<>("b", 100), new Weighted<>("c", 100))))
        .isEqualTo("abcabc");
  }

  @Test
  void everyCycleGivesEachItsWeight() {
    String cycle =
        turns(
            256 + 100 + 3,
            List.of(new Weighted<>("a", 256), new Weighted<>("b", 100), new Weighted<>("c", 3)));

    assertThat(cycle.chars().filter(c -> c == 'a').count()).isEqualTo(256);
    assertThat(cycle.chars().filter(c -> c == 'b').count()).isEqualTo(100);
    assertThat(cycle.chars().filter(c -> c == 'c').count()).isEqualTo(3);
  }

  @Test
  void othersFollowInTheOrderOfTheirTurns() {
    Rotation<String> rotation =
        new Rotation<>(
            List.of(new Weighted<>("a", 5), new Weighted<>("b", 1), new Weighted<>("c", 1)));

    assertThat(rotation.from(0)).containsExactly("a", "b", "c");
    assertThat(rotation.from(2)).containsExactly("b", "a", "c");
    assertThat(rotation.from(3)).containsExactly("a", "c", "b");
  }

  @Test
  void nobodyGivesNobody() {
    assertThat(new Rotation<String>(List.of()).from(17)).isEmpty();
  }

  @Test
  void aTurnBeyondAnyCycleIsFine() {
    Rotation<String> rotation =
        new Rotation<>(List.of(new Weighted<>("a", 1), new Weighted<>("b", 1)));

    assertThat(rotation.from(Long.MAX_VALUE)).hasSize(2);
    assertThat(rotation.from(-3)).hasSize(2);
  }

  @Test
  void weightZeroIsNoMember() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Weighted<>("a", 0))
        .withMessage("weight is 0 (expected: 1 or more)");
  }

  private static String turns(int count, List<Weighted<String>> members) {
    Rotation<String> rotation = new Rotation<>(members);
    return LongStream.range(0, count)
        .mapToObj(turn -> rotation.from(turn).getFirst())
        .collect(Collectors.joining());
  }
}
