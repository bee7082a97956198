package dev.mainstay.db.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A {@code mysqld} that the user has installed: judged by what it says of its own version. */
final class InstalledMysql {

  private static final Duration VERSION_LIMIT = Duration.ofSeconds(15);

  private InstalledMysql() {}

  /** What a program turned out to be. */
  sealed interface Verdict {
    record Usable(EngineVersion version) implements Verdict {}

    /** Not a MySQL that can be used; the sentence names what was found and what is needed. */
    record Refused(String why) implements Verdict {}
  }

  /** The first {@code mysqld} in the folders of a {@code PATH}. */
  static Optional<Path> onPath(String path) {
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isBlank())
        .flatMap(InstalledMysql::folder)
        .map(folder -> folder.resolve("mysqld"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The {@code mysqld} of an installation folder, wherever packages and archives put it. */
  static Optional<Path> under(Path home) {
    // A private copy has a wrapper at the top, and its server runs only through that.
    return Stream.of("mysqld", "bin/mysqld", "sbin/mysqld", "usr/sbin/mysqld")
        .map(home::resolve)
        .filter(program -> Files.isRegularFile(program) && Files.isExecutable(program))
        .findFirst();
  }

  /** Asks the program for its version. */
  static Verdict judge(Path program) {
    try {
      var asked =
          Invocation.of(
              List.of(program.toString(), "--version"), Path.of("/"), VERSION_LIMIT, line -> {});
      return judge(program, String.join(" ", asked.output()));
    } catch (IOException broken) {
      return new Verdict.Refused(
          "%s cannot be run: %s".formatted(program, Folders.explain(broken)));
    }
  }

  /**
   * Judges what {@code mysqld --version} says, for example {@code /usr/sbin/mysqld Ver 8.0.36 for
   * Linux on x86_64 (MySQL Community Server - GPL)}: refused, being older than 8.4.
   */
  static Verdict judge(Path program, String said) {
    int ver = said.indexOf("Ver ");
    var version = ver < 0 ? Optional.<EngineVersion>empty() : EngineVersion.in(said.substring(ver));
    if (version.isEmpty()) {
      return new Verdict.Refused(
          "%s does not tell its version (needed: MySQL 8.4 or newer)".formatted(program));
    }
    if (said.contains("MariaDB")) {
      return new Verdict.Refused(
          "%s is MariaDB %s (needed: MySQL 8.4 or newer)".formatted(program, version.get()));
    }
    if (!version.get().isAtLeast(EngineVersion.OLDEST_MYSQL)) {
      return new Verdict.Refused(
          "%s is MySQL %s (needed: MySQL 8.4 or newer)".formatted(program, version.get()));
    }
    return new Verdict.Usable(version.get());
  }

  private static Stream<Path> folder(String name) {
    try {
      return Stream.of(Path.of(name).toAbsolutePath());
    } catch (InvalidPathException notAFolder) {
      return Stream.empty();
    }
  }
}
