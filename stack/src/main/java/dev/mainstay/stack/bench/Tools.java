package dev.mainstay.stack.bench;

import dev.mainstay.stack.model.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The programs of this machine that a comparison needs. */
final class Tools {

  private Tools() {}

  /** Where a program is; system folders that only root has on the PATH are looked into, too. */
  static Optional<Path> find(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(
            Pattern.compile(":").splitAsStream(path), Stream.of("/usr/sbin", "/usr/local/sbin"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Path need(String program, String what) {
    return find(program)
        .orElseThrow(
            () ->
                new Problem(
                    "%s, %s, is missing. On Debian and Ubuntu: apt install wrk nginx-light haproxy"
                        .formatted(program, what)));
  }

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }
}
