package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.model.StackState.Stage;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.StateFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before anything starts. */
class UpTest {

  @TempDir Path folder;

  private Run up(String... arguments) {
    return Run.of(
        Stream.concat(Stream.of("up", "--home", folder.toString()), Stream.of(arguments))
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --port 8180       | --port is 8180, but with --docker MAINSTAY_SITE_1, MAINSTAY_ADMIN_1 and so on choose the ports
          --port 8080       | --port is 8080, but with --docker MAINSTAY_SITE_1
          --db mariadb      | --db is mariadb, but with --docker the nodes are MySQL.
          --replicas 1      | --replicas is 1, but with --docker there are 2 replicas.
          --controllers 3   | --controllers is 3, but with --docker there are 2 controllers.
          --gateways 1      | --gateways is 1, but with --docker there are 2 gateways.
          --notices 100     | --notices is 100, but with --docker a blank board stays blank.
          --web 21          | --web is 21 (expected: 1-20)
          """)
  void whatContainersCannotBeIsRefused(String option, String sentence) {
    Run run = up(("--docker " + option).split(" "));

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains(sentence);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--detach"})
  void aHomeOfContainersTakesNoProcesses(String option) {
    Home home = new Home(folder);
    home.create();
    Home.write(folder.resolve("containers"), "");

    Run run = option.isEmpty() ? up() : up(option);

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains("holds a stack of containers already", "`mainstay down`", "--home");
    assertThat(home.isOurs()).isTrue();
  }

  @Test
  void aHomeOfProcessesTakesNoContainers() {
    Home home = new Home(folder);
    home.create();
    Options options = new Options(2, 1, 2, 2, Options.Database.MYSQL, 8080, 0);
    new StateFile(home)
        .write(new StackState(new Identity(1, "1"), Stage.UP, options, "mysql", List.of()));

    Run run = up("--docker");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains("holds a stack of processes already", "`mainstay down`", "--home");
    assertThat(folder.resolve("containers")).doesNotExist();
  }
}
