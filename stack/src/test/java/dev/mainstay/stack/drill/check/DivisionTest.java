package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.at;
import static dev.mainstay.stack.drill.check.Given.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.stack.drill.load.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two hundred reads of one client, of which web-2 answers every fourth. */
class DivisionTest {

  private final List<Request> requests = new ArrayList<>();

  DivisionTest() {
    for (int number = 1; number <= 200; number++) {
      requests.add(read(10L * number, number % 4 == 0 ? "web-2" : "web-1"));
    }
  }

  private List<String> violations(Map<String, Integer> weights) {
    return new Division(at(0), at(2000), weights).violations(requests);
  }

  @Test
  void sharesThatFollowTheWeightsAreRight() {
    assertThat(violations(Map.of("web-1", 3, "web-2", 1))).isEmpty();
  }

  @Test
  void oneRequestMoreAtEachEndProvesNothing() {
    requests.add(read(1, "web-1"));
    requests.add(read(2000, "web-1"));

    assertThat(violations(Map.of("web-1", 3, "web-2", 1))).isEmpty();
  }

  @Test
  void sharesThatDoNotAreTold() {
    assertThat(violations(Map.of("web-1", 5, "web-2", 3)))
        .containsExactly(
            "web-1 answered 150 of 200 requests, where 125 were its share",
            "web-2 answered 50 of 200 requests, where 75 were its share");
  }

  @Test
  void aServerThatIsOutMayNotAnswerAtAll() {
    requests.removeIf(request -> request.servedBy().equals("web-2"));
    assertThat(violations(Map.of("web-1", 1, "web-2", 0))).isEmpty();

    requests.add(read(1000, "web-2"));
    assertThat(violations(Map.of("web-1", 1, "web-2", 0)))
        .containsExactly("web-2 answered 1 of 151 requests, where 0 were its share");
  }

  @Test
  void aServerThatIsNotAmongThemIsOut() {
    requests.add(read(1000, "web-9"));

    assertThat(violations(Map.of("web-1", 3, "web-2", 1)))
        .containsExactly("web-9 answered 1 of 201 requests, where 0 were its share");
  }

  @Test
  void whatWasUnderWayAtEitherEndDoesNotCount() {
    requests.add(read(0, "web-9"));
    requests.add(read(2001, "web-9"));

    assertThat(violations(Map.of("web-1", 3, "web-2", 1))).isEmpty();
  }

  @Test
  void fewRequestsSayNothing() {
    requests.subList(50, 200).clear();

    assertThat(violations(Map.of("web-1", 3, "web-2", 1)))
        .containsExactly("50 requests only say how they were divided (expected: at least 100)");
  }

  @Test
  void someServerHasToTakeThem() {
    assertThatThrownBy(() -> new Division(at(0), at(1), Map.of("web-1", 0)))
        .hasMessageContaining("expected: at least one");
  }
}
