package dev.mainstay.stack.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.process.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** The script {@code mainstay}, run to its end on one home. */
final class Command {

  private static final long LONGEST_SECONDS = 420;

  /** What a run of it came to. */
  record Result(int exit, String out, String err) {

    Result succeeds() {
      assertThat(exit).as("exit; stdout: %s; stderr: %s", out, err).isZero();
      return this;
    }

    /** It failed, with one message of the program's own and no stack trace. */
    Result failsSaying(String... parts) {
      assertThat(exit).as("exit; stdout: %s", out).isPositive();
      assertThat(err)
          .contains(parts)
          .contains("mainstay: ")
          .doesNotContain("\tat ")
          .doesNotContain("should not have happened");
      return this;
    }

    JsonNode json() {
      return Json.MAPPER.readTree(succeeds().out);
    }
  }

  private final Path home;
  private final Map<String, String> variables;

  Command(Path home) {
    this(home, Map.of());
  }

  /**
   * @param variables of its environment, beside those of this process
   */
  Command(Path home, Map<String, String> variables) {
    this.home = home;
    this.variables = variables;
  }

  static Path project() {
    // Tests run in the module's folder.
    Path parent = Path.of("").toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalStateException("the module lies in no folder");
    }
    return parent;
  }

  Result run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(project().resolve("mainstay").toString());
    command.addAll(List.of(arguments));
    command.add("--home");
    command.add(home.toString());
    Path out = Files.createTempFile("mainstay", ".out");
    Path err = Files.createTempFile("mainstay", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(variables);
      Process process = builder.start();
      boolean ended = process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      assertThat(ended).as("%s ended in time; stderr: %s", command, Files.readString(err)).isTrue();
      return new Result(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
