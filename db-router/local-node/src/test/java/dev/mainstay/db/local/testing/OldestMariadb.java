package dev.mainstay.db.local.testing;

import dev.mainstay.db.local.Distribution;
import dev.mainstay.db.local.EngineVersion;
import dev.mainstay.db.local.Finding;
import dev.mainstay.db.local.LocalEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * MariaDB 10.11, made by the script {@code .ci/private-mariadb} of the packages that this machine's
 * own apt names.
 */
final class OldestMariadb {

  private static final String SCRIPT = ".ci/private-mariadb";

  /** What the script ends with where the machine's apt does not have it. */
  private static final int CANNOT = 2;

  private OldestMariadb() {}

  /**
   * The copy that is there, or a new one.
   *
   * @throws IllegalStateException if it should be there and could not be made
   */
  static Finding find() {
    var script = script();
    if (script.isEmpty()) {
      return new Finding.Unavailable("there is no %s above this folder".formatted(SCRIPT));
    }
    try {
      var said = Files.createTempFile("mariadb", ".log");
      try {
        var process =
            new ProcessBuilder(script.get().toString())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(said.toFile())
                .start();
        var home =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int exit = process.waitFor();
        var last = Files.readString(said).strip().lines().reduce("", (_, line) -> line);
        if (exit == CANNOT) {
          return new Finding.Unavailable(last);
        }
        if (exit != 0) {
          throw new IllegalStateException("%s ended with %d: %s".formatted(SCRIPT, exit, last));
        }
        return found(Path.of(home));
      } finally {
        Files.delete(said);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private static Finding found(Path home) {
    var version = EngineVersion.in(home.getFileName().toString()).orElseThrow();
    return new Finding.Found(
        new Distribution(
            LocalEngine.MARIADB, version, home.resolve("bin/mariadbd"), home, "from Debian"));
  }

  /** Tests run in their module's folder, somewhere below the project's. */
  private static Optional<Path> script() {
    return Stream.iterate(Path.of("").toAbsolutePath(), folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve(SCRIPT))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
