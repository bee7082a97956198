package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrillCommandTest {

  @TempDir Path home;

  private Run run(String... arguments) {
    return Run.of(
        Stream.concat(
                Stream.of("drill", "--home", home.resolve("none").toString()), Stream.of(arguments))
            .toArray(String[]::new));
  }

  @Test
  void listTellsWhatEachBreaksAndPromises() {
    Run run = run("list");

    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("primary-kill", "kill -9 the primary", "nothing failed, lost or doubled")
        .contains("switchover", "writes pause ≤ 500 ms");
  }

  @Test
  void unknownDrillIsRefusedWithTheNamesThereAre() {
    Run run = run("primary-kil");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("No drill is called primary-kil. There are: primary-kill,");
  }

  /** One line, split at blanks. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "primary-kill --runs 0",
        "primary-kill --runs 101",
        "primary-kill --db oracle",
        "primary-kill --before 0",
        "primary-kill --after 601",
        "primary-pause --silence 0",
        "switchover --times 0",
        "primary-kill --here --db mysql",
        "primary-pause --docker",
        "primary-kill --seed x",
        "primary-kill --here --docker"
      })
  void whatIsOutOfRangeIsRefusedBeforeAnythingStarts(String line) {
    Run run = run(line.split(" "));

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("mainstay: ").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"all primary-kil", "list primary-kil", "primary-kill primary-kil"})
  void unknownDrillIsRefusedBesideAnythingElse(String line) {
    Run run = run(line.split(" "));

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("No drill is called primary-kil.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two-nodes", "leader-kill", "primary-partition", "nemesis"})
  void drillThatNeedsAnotherShapeIsNotHeldHere(String drill) {
    Run run = run("primary-kill", drill, "--here");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains(drill + " needs a stack of a shape of its own");
  }

  @Test
  void hereNeedsAStackThatIsUp() {
    Run run = run("primary-kill", "--here");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("Nothing is up", "mainstay up");
  }

  @Test
  void reportThatCannotBeWrittenIsRefusedBeforeAnythingStarts() {
    Run run = run("primary-kill", "--report", home.resolve("no/such/folder.html").toString());

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("The report cannot be written to");
  }
}
