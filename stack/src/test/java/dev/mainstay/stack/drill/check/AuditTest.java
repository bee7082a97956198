package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.acknowledged;
import static dev.mainstay.stack.drill.check.Given.copy;
import static dev.mainstay.stack.drill.check.Given.id;
import static dev.mainstay.stack.drill.check.Given.read;
import static dev.mainstay.stack.drill.check.Given.refused;
import static dev.mainstay.stack.drill.check.Given.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Copy;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTest {

  private static final List<Request> REQUESTS =
      List.of(
          acknowledged("a", 10),
          acknowledged("b", 20),
          unknown("u", 30),
          refused("r", 40),
          read(50));

  @Test
  void everyAcknowledgedOnceAndUnknownOnesAtMostOnceIsClean() {
    assertThat(Audit.of(REQUESTS, List.of(copy("db-1", "a", "b"), copy("db-2", "a", "b"))))
        .isEqualTo(new Audit(0, 0, List.of()));
    assertThat(Audit.of(REQUESTS, List.of(copy("db-1", "a", "b", "u"))).isClean()).isTrue();
  }

  @Test
  void missingOnOneNodeOnlyIsLost() {
    Audit audit = Audit.of(REQUESTS, List.of(copy("db-1", "a", "b"), copy("db-2", "a")));

    assertThat(audit.lost()).isEqualTo(1);
    assertThat(audit.wrong())
        .hasSize(2)
        .contains("b was acknowledged, and is missing on db-2")
        .anySatisfy(wrong -> assertThat(wrong).contains("the nodes' rows differ"));
  }

  @Test
  void postThatIsLostEverywhereCountsOnce() {
    assertThat(Audit.of(REQUESTS, List.of(copy("db-1", "a"), copy("db-2", "a"))).lost())
        .isEqualTo(1);
  }

  @Test
  void rowUnderAnotherIdThanTheOneThatWasToldIsALoss() {
    Copy other =
        new Copy("db-1", List.of(new Copy.Row("a", id("another")), new Copy.Row("b", id("b"))), "");

    assertThat(Audit.of(REQUESTS, List.of(other)).lost()).isEqualTo(1);
  }

  @Test
  void secondRowOfAPostIsADoubling() {
    Copy twice =
        new Copy(
            "db-1",
            List.of(
                new Copy.Row("a", id("a")),
                new Copy.Row("b", id("b")),
                new Copy.Row("b", id("b again"))),
            "");

    Audit audit = Audit.of(REQUESTS, List.of(twice, copy("db-2", "a", "b")));

    assertThat(audit.doubled()).isEqualTo(1);
    assertThat(audit.lost()).isZero();
  }

  @Test
  void unknownOnesTwiceAreADoublingToo() {
    Copy twice =
        new Copy(
            "db-1",
            List.of(
                new Copy.Row("a", id("a")),
                new Copy.Row("b", id("b")),
                new Copy.Row("u", id("u")),
                new Copy.Row("u", id("u again"))),
            "");

    assertThat(Audit.of(REQUESTS, List.of(twice)).doubled()).isEqualTo(1);
  }

  @Test
  void refusedPostThatIsThereIsTold() {
    assertThat(Audit.of(REQUESTS, List.of(copy("db-1", "a", "b", "r"))).wrong())
        .containsExactly("1 post was refused, and yet on db-1: r");
  }

  @Test
  void rowThatNobodyPostedIsTold() {
    assertThat(Audit.of(REQUESTS, List.of(copy("db-1", "a", "b", "x", "y"))).wrong())
        .containsExactly("2 posts were on db-1, and yet posted by nobody: x, y");
  }
}
