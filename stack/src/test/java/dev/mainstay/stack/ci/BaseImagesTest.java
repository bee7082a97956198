package dev.mainstay.stack.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the stand-in for the official image of MySQL calls is in it. Trap: its packages bring what
 * they depend on, and nobody depends on what every Debian has anyway.
 */
class BaseImagesTest {

  private static final Path PROJECT = Path.of("..");

  /** Programs that are no part of bash, by package. */
  private static final Map<String, List<String>> PROGRAMS =
      Map.of(
          "coreutils", List.of("base64", "chown", "cut", "date", "dirname", "head", "id", "ls"),
          "findutils", List.of("find", "xargs"),
          "grep", List.of("grep"),
          "gzip", List.of("gunzip", "gzip", "zcat"),
          "mawk", List.of("awk"),
          "mysql-client-core", List.of("mysql", "mysqldump", "mysqladmin"),
          "sed", List.of("sed"),
          "tzdata", List.of("/usr/share/zoneinfo"),
          "util-linux", List.of("setpriv"));

  static List<String> packages() {
    return PROGRAMS.keySet().stream().sorted().toList();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void whatItsScriptsCallIsInstalled(String name) throws IOException {
    String scripts = text(".ci/base/mysql/docker-entrypoint.sh");
    for (String script : List.of("start", "health", "dump", "restore", "init/controller.sh")) {
      scripts += text("docker/node/" + script);
    }
    String calls = scripts.replaceAll("(?m)^\\s*#.*$", "");

    assertThat(PROGRAMS.get(name))
        .filteredOn(
            program ->
                Pattern.compile("(?<![\\w./-])%s(?![\\w-])".formatted(Pattern.quote(program)))
                    .matcher(calls)
                    .find())
        .allSatisfy(
            program ->
                assertThat(text(".ci/base/mysql/packages").strip().split(" "))
                    .as(program)
                    .contains(name));
  }

  private static String text(String file) throws IOException {
    return Files.readString(PROJECT.resolve(file));
  }
}
