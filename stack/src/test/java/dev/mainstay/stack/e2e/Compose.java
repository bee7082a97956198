package dev.mainstay.stack.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.mainstay.stack.process.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The project's {@code docker-compose.yml}, run by the {@code docker} command under a project's
 * name and on ports of its own.
 */
final class Compose {

  private static final String REQUIRED = "MAINSTAY_REQUIRE_DOCKER";
  private static final long LONGEST_SECONDS = 600;

  /** What a run of the command came to; its two outputs are one. */
  record Result(int exit, String out) {

    String succeeds() {
      assertThat(exit).as("exit; output: %s", out).isZero();
      return out.strip();
    }
  }

  private final Map<String, String> variables;

  Compose(String project, int sitePort) {
    this(
        Map.of(
            "COMPOSE_PROJECT_NAME", project,
            "COMPOSE_FILE", Command.project().resolve("docker-compose.yml").toString(),
            "MAINSTAY_SITE_1", String.valueOf(sitePort),
            "MAINSTAY_SITE_2", String.valueOf(sitePort + 1),
            "MAINSTAY_ADMIN_1", String.valueOf(sitePort + 1010),
            "MAINSTAY_ADMIN_2", String.valueOf(sitePort + 1011)));
  }

  private Compose(Map<String, String> variables) {
    this.variables = variables;
  }

  /** The same project, in which a service never starts, by a second file that is written here. */
  Compose without(String service, Path override) throws IOException {
    Files.writeString(override, "services: { %s: { scale: 0 } }".formatted(service));
    Map<String, String> changed = new HashMap<>(variables);
    changed.merge("COMPOSE_FILE", override.toString(), (file, more) -> file + ":" + more);
    return new Compose(changed);
  }

  /** What makes {@code docker compose} act on this project. */
  Map<String, String> variables() {
    return variables;
  }

  /**
   * Skips the test where no Docker engine answers, unless {@code MAINSTAY_REQUIRE_DOCKER=true} says
   * that there must be one: then that is a failure.
   */
  static void requireDocker() throws IOException, InterruptedException {
    Result info;
    try {
      info = run(List.of("docker", "info"), Map.of());
      if (info.exit() == 0) {
        info = run(List.of("docker", "compose", "version"), Map.of());
      }
    } catch (IOException noSuchCommand) {
      info = new Result(-1, "there is no command `docker`");
    }
    if (info.exit() != 0) {
      String why =
          "no Docker engine answers here: " + info.out().lines().reduce((_, b) -> b).orElse("");
      String _ =
          Boolean.parseBoolean(System.getenv(REQUIRED)) ? fail(REQUIRED + ": " + why) : abort(why);
    }
  }

  /** {@code docker compose …} on this project. */
  Result compose(String... arguments) throws IOException, InterruptedException {
    return run(
        Stream.concat(Stream.of("docker", "compose"), Stream.of(arguments)).toList(), variables);
  }

  static Result docker(String... arguments) throws IOException, InterruptedException {
    return run(Stream.concat(Stream.of("docker"), Stream.of(arguments)).toList(), Map.of());
  }

  /** The ids of a service's running containers; of all services if none is named. */
  List<String> containers(String... services) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ps", "--quiet"));
    command.addAll(List.of(services));
    return compose(command.toArray(String[]::new)).succeeds().lines().toList();
  }

  /** What the engine knows of the running containers. */
  List<JsonNode> inspect(String... services) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("inspect"));
    command.addAll(containers(services));
    return Json.MAPPER
        .readTree(docker(command.toArray(String[]::new)).succeeds())
        .valueStream()
        .toList();
  }

  /** Runs a line of bash in the (first) container of a service. */
  Result bash(String service, String line) throws IOException, InterruptedException {
    return compose("exec", "--no-TTY", service, "bash", "-c", line);
  }

  /**
   * Runs the one command of docs/deploy.md that begins so, as it stands there.
   *
   * @param folder where the command finds and leaves its files
   */
  Result documented(String beginning, Path folder) throws IOException, InterruptedException {
    String guide = Files.readString(Command.project().resolve("docs/deploy.md"));
    List<String> found =
        Pattern.compile(Pattern.quote(beginning) + "[^`\n]*")
            .matcher(guide)
            .results()
            .map(MatchResult::group)
            .distinct()
            .toList();
    assertThat(found).as("in the guide, beginning with %s", beginning).hasSize(1);
    return run(List.of("bash", "-c", found.getFirst()), variables, folder);
  }

  String logs(String service) throws IOException, InterruptedException {
    return compose("logs", "--no-color", "--no-log-prefix", service).succeeds();
  }

  private static Result run(List<String> command, Map<String, String> variables)
      throws IOException, InterruptedException {
    return run(command, variables, Command.project());
  }

  private static Result run(List<String> command, Map<String, String> variables, Path folder)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("mainstay-docker", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile());
      builder.environment().putAll(variables);
      return new Result(exit(builder, out), Files.readString(out));
    } finally {
      Files.delete(out);
    }
  }

  private static int exit(ProcessBuilder builder, Path told)
      throws IOException, InterruptedException {
    Process process = builder.start();
    boolean ended = process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended)
        .as("%s ended in time; output: %s", builder.command(), Files.readString(told))
        .isTrue();
    return process.exitValue();
  }
}
