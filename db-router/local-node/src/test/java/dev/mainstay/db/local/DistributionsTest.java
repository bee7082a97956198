package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which server is taken, told apart with programs that only print a version. */
class DistributionsTest {

  private static final String ELSEWHERE = "Mac OS X aarch64";

  @TempDir private Path folder;
  private final List<String> progress = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void emptyPath() {
    environment.put("PATH", folder.resolve("bin").toString());
  }

  @Test
  void mysqlOnThePathComesFirst() {
    var program = program("bin/mysqld", "mysqld  Ver 8.4.3 for Linux");
    privateCopy();

    assertThat(find(EngineChoice.AUTO))
        .isEqualTo(
            new Finding.Found(
                new Distribution(
                    LocalEngine.MYSQL,
                    new EngineVersion(8, 4, 3),
                    program,
                    folder.resolve("bin"),
                    "on the PATH")));
    assertThat(progress).isEmpty();
  }

  @Test
  void oldMysqlOnThePathIsPassedOverAndSaidSo() {
    var old = program("bin/mysqld", "mysqld  Ver 8.0.36 for Linux");
    privateCopy();

    assertThat(found(EngineChoice.MYSQL).origin()).isEqualTo("private copy");
    assertThat(progress)
        .containsExactly(
            old
                + " is MySQL 8.0.36 (needed: MySQL 8.4 or newer); using a private copy of MySQL instead");
  }

  @Test
  void oldMysqlOnThePathAndNoOtherIsOneSentence() throws IOException {
    program("bin/mysqld", "mysqld  Ver 5.7.44 for Linux");
    Files.writeString(folder.resolve("cache"), "a file where the cache should be");

    assertThat(unavailable(EngineChoice.MYSQL))
        .contains("is MySQL 5.7.44 (needed: MySQL 8.4 or newer)")
        .endsWith("a private MySQL cannot be had: " + folder.resolve("cache") + " is in the way");
  }

  @Test
  void namedHomeWinsOverThePath() {
    program("bin/mysqld", "mysqld  Ver 8.4.3 for Linux");
    var named = program("own/bin/mysqld", "mysqld  Ver 9.1.0 for Linux");
    environment.put("MAINSTAY_MYSQL_HOME", folder.resolve("own").toString());

    assertThat(found(EngineChoice.AUTO).server()).isEqualTo(named);
  }

  @Test
  void namedHomeThatIsOldIsAnErrorAndNotPassedOver() {
    program("own/bin/mysqld", "mysqld  Ver 8.0.36 for Linux");
    environment.put("MAINSTAY_MYSQL_HOME", folder.resolve("own").toString());
    privateCopy();

    for (var choice : List.of(EngineChoice.MYSQL, EngineChoice.AUTO)) {
      assertThat(unavailable(choice))
          .startsWith("MAINSTAY_MYSQL_HOME names")
          .contains("MySQL 8.0.36 (needed: MySQL 8.4 or newer)");
    }
  }

  @Test
  void namedHomeWithoutServerIsAnError() {
    environment.put("MAINSTAY_MYSQL_HOME", folder.resolve("nowhere").toString());

    assertThat(unavailable(EngineChoice.MYSQL)).endsWith("but there is no mysqld in it");
  }

  @Test
  void elsewhereThanOnLinuxTheAlternativesAreNamed() {
    assertThat(unavailable(EngineChoice.MARIADB))
        .contains("Linux x86-64 only")
        .contains("MAINSTAY_MYSQL_HOME");
  }

  @Test
  void whereNoMysqlCanBeHadOneSentenceSaysSoAndTheEmbeddedMariadbServes() throws IOException {
    // A private copy that cannot be used stands for one that cannot be had: what follows is the
    // same.
    program("cache/mysql-9.9.9/mysqld", "mysqld  Ver 8.0.36 for Linux");
    Files.createDirectories(folder.resolve("cache/mariadb-" + EmbeddedMariadb.VERSION));

    Finding finding =
        new Distributions(
                environment, folder.resolve("cache"), folder.resolve("repository"), "Linux amd64")
            .find(EngineChoice.AUTO, progress::add);

    assertThat(finding)
        .isInstanceOfSatisfying(
            Finding.Found.class,
            found -> assertThat(found.distribution().engine()).isEqualTo(LocalEngine.MARIADB));
    assertThat(progress)
        .singleElement()
        .asString()
        .contains("(needed: MySQL 8.4 or newer)")
        .endsWith("; using the embedded MariaDB");
  }

  @Test
  void newestPrivateCopyIsTaken() {
    program("cache/mysql-9.9.1/mysqld", "mysqld  Ver 9.9.1 for Linux");
    program("cache/mysql-9.10.0/mysqld", "mysqld  Ver 9.10.0 for Linux");

    assertThat(found(EngineChoice.AUTO).title()).isEqualTo("MySQL 9.10.0");
  }

  private void privateCopy() {
    program("cache/mysql-9.9.9/mysqld", "mysqld  Ver 9.9.9 for Linux");
  }

  private Path program(String name, String says) {
    try {
      var program = folder.resolve(name);
      Files.createDirectories(program.resolveSibling(""));
      Files.writeString(program, "#!/bin/sh\necho '" + says + "'\n");
      assertThat(program.toFile().setExecutable(true)).isTrue();
      return program;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private Distribution found(EngineChoice choice) {
    return switch (find(choice)) {
      case Finding.Found(var distribution) -> distribution;
      case Finding.Unavailable(var why) -> throw new AssertionError(why);
    };
  }

  private String unavailable(EngineChoice choice) {
    return switch (find(choice)) {
      case Finding.Found(var distribution) -> throw new AssertionError(distribution);
      case Finding.Unavailable(var why) -> why;
    };
  }

  private Finding find(EngineChoice choice) {
    return new Distributions(
            environment, folder.resolve("cache"), folder.resolve("repository"), ELSEWHERE)
        .find(choice, progress::add);
  }
}
