package dev.mainstay.stack.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The real tool, which builds an overlay as {@code kubectl apply -k} does: {@code kubectl} or
 * {@code kustomize} on the path. Where there is neither, tests are skipped with a sentence; in CI a
 * skipped test is a failure.
 */
final class Kustomize {

  /** Built once a JVM: nothing changes meanwhile. */
  private static final Map<Path, String> BUILT = new ConcurrentHashMap<>();

  private Kustomize() {}

  /** The overlay's objects as YAML. Where both tools are there, they must agree. */
  static String build(Path overlay) {
    List<List<String>> tools = tools();
    if (tools.isEmpty()) {
      abort("there is neither kubectl nor kustomize on the PATH");
    }
    return BUILT.computeIfAbsent(
        overlay,
        folder -> {
          List<String> built = tools.stream().map(tool -> run(tool, folder)).toList();
          assertThat(built).as("what %s build of %s", tools, folder).containsOnly(built.getFirst());
          return built.getFirst();
        });
  }

  private static List<List<String>> tools() {
    return Stream.of(
            onPath("kubectl").map(kubectl -> List.of(kubectl, "kustomize")),
            onPath("kustomize").map(kustomize -> List.of(kustomize, "build")))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<String> onPath(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  private static String run(List<String> tool, Path folder) {
    List<String> command = new ArrayList<>(tool);
    command.add(folder.toString());
    try {
      Path errors = Files.createTempFile("kustomize", ".err");
      try {
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
        String said = Files.readString(errors);
        assertThat(process.exitValue()).as("exit of %s: %s", command, said).isZero();
        // Deprecated fields and the like.
        assertThat(said).as("warnings of %s", command).isEmpty();
        return out;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
