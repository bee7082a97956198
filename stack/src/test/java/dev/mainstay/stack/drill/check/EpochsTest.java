package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.event;
import static dev.mainstay.stack.drill.check.Given.look;
import static dev.mainstay.stack.drill.check.Given.replica;
import static dev.mainstay.stack.drill.check.Given.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EpochsTest {

  @Test
  void epochsThatGrowAreWell() {
    assertThat(
            Epochs.violations(
                List.of(
                    look("db-1", 0, waiting(1, 1)),
                    look("db-2", 0, replica(2, 1, 1)),
                    look("db-2", 100, waiting(2, 11)),
                    // Not reached by the new record yet.
                    look("db-1", 120, replica(1, 1, 1))),
                List.of(event(5, "PRIMARY", "db-1", 1), event(90, "PRIMARY", "db-2", 11))))
        .isEmpty();
  }

  @Test
  void nodeThatGoesBackIsTold() {
    assertThat(
            Epochs.violations(
                List.of(look("db-1", 100, waiting(1, 3)), look("db-1", 0, waiting(1, 4))),
                List.of()))
        .containsExactly("db-1 went back from epoch 4 to 3");
  }

  @Test
  void twoPrimariesOfOneEpochAreTold() {
    assertThat(
            Epochs.violations(
                List.of(look("db-1", 0, waiting(1, 3)), look("db-2", 0, waiting(2, 3))), List.of()))
        .singleElement()
        .asString()
        .contains("epoch 3 is db-1", "on db-2, db-2");
  }

  @Test
  void twoPrimariesOfOneEpochAreToldAlsoWhereOnlyTheControllersSayIt() {
    assertThat(
            Epochs.violations(
                List.of(),
                List.of(event(0, "PRIMARY", "db-1", 11), event(9, "PRIMARY", "db-2", 11))))
        .containsExactly("epoch 11 had the primaries db-1 and db-2");
  }

  @Test
  void controllerThatSeesAnOlderPrimaryAfterANewerOneIsTold() {
    assertThat(
            Epochs.violations(
                List.of(),
                List.of(event(0, "PRIMARY", "db-1", 11), event(9, "PRIMARY", "db-2", 1))))
        .containsExactly("rt-1 saw db-2 in office in epoch 1 after epoch 11");
  }

  @Test
  void aLargerAckerSetIsNoMoveOfTheOffice() {
    assertThat(
            Epochs.moved(
                List.of(look("db-1", 0, waiting(1, 3)), look("db-1", 9, waiting(1, 4))),
                List.of(event(5, "ACKERS", "db-1", 4))))
        .isFalse();
    assertThat(
            Epochs.moved(
                List.of(look("db-1", 0, waiting(1, 3)), look("db-2", 9, waiting(2, 13))),
                List.of()))
        .isTrue();
  }
}
