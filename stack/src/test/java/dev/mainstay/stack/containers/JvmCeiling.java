package dev.mainstay.stack.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the JVM of a service's image may come to take, by its options in {@code docker/jvm}. */
public final class JvmCeiling {

  /** Each has a default that no container's limit knows. */
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx",
          "-XX:MaxMetaspaceSize=",
          "-XX:ReservedCodeCacheSize=",
          "-XX:MaxDirectMemorySize=");

  /**
   * Stacks, symbols, the compilers' work, the cache of classes: what no option bounds. Under 50 MiB
   * were in use where the JVM's own tracking was asked.
   */
  private static final int REST = 64;

  private JvmCeiling() {}

  /**
   * In MiB, of everything together.
   *
   * @param project the folder of the repository
   * @param image {@code gateway}, {@code web-app} or {@code controller}
   */
  public static int mebibytes(Path project, String image) {
    String options = text(project.resolve("docker/jvm").resolve(image));
    return REST + OPTIONS.stream().mapToInt(option -> value(option, options)).sum();
  }

  private static int value(String option, String options) {
    List<String> values =
        Pattern.compile("(?m)^%s(\\d+)m$".formatted(Pattern.quote(option)))
            .matcher(options)
            .results()
            .map((MatchResult found) -> found.group(1))
            .toList();
    assertThat(values).as(option).hasSize(1);
    return Integer.parseInt(values.getFirst());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
