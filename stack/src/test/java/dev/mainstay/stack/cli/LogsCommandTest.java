package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.process.Home;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogsCommandTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"web-2,logs web-app", "db-1,logs db-1", "supervisor,logs"})
  void ofContainersTheCommandThatPrintsThemIsNamed(String name, String instead) {
    Home.write(folder.resolve("containers"), "project: board\n");

    Run run = Run.of("logs", name, "--home", folder.toString());

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("`docker compose -p board " + instead + "` prints them");
  }

  @Test
  void unknownNameIsToldWithTheLogsThatThereAre() {
    Run run = Run.of("logs", "web-1", "--home", folder.toString());

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("There is no log of web-1", "There are: none");
  }
}
