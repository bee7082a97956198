package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MisuseTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"bogus", "bogus --home X", "bogus --help", "bogus -x 3", "Status", "help"})
  void anUnknownCommandIsNamedWithTheCommandsThatThereAre(String line) {
    Run run = Run.of(line.split(" ", -1));

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith(
            "mainstay: There is no command `" + line.split(" ", -1)[0] + "`. There are: up, ")
        .contains(" status", " restart", "`mainstay --help` tells more.")
        .doesNotContain("--home", "index");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          k8s bogus        | There is no command `bogus`. There are: secrets.         | mainstay k8s
          status bogus     | `bogus` is one argument too many.                        | mainstay status
          restart a b      | `b` is one argument too many.                            | mainstay restart
          status --bogus=1 | There is no option --bogus. There are: --help, --home, --json, --version. | mainstay status
          --home X status  | There is no option --home in front of the command (expected: mainstay COMMAND, then its options). | mainstay
          up --web x       | --web is x (expected: a whole number).                   | mainstay up
          kill             | Missing required parameter: 'NAME'                       | mainstay kill
          """)
  void whatIsWrongIsSaidInOneSentence(String line, String sentence, String command) {
    Run run = Run.of(line.split(" ", -1));

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "mainstay: %s`%s --help` tells more.".formatted(sentence, command));
  }

  @Test
  void noCommandAtAllShowsWhatThereIs() {
    Run run = Run.of();

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).startsWith("Usage: mainstay [-hV] COMMAND").contains("restart");
  }

  @Test
  void helpIsNoMisuse() {
    assertThat(Run.of("--help").exit()).isZero();
    assertThat(Run.of("k8s", "--help").exit()).isZero();
    assertThat(Run.of("status", "--help").out()).startsWith("Usage: mainstay status");
  }
}
