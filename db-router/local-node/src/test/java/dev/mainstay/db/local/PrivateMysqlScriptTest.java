package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script by itself, as CI and people run it; fetching for real is what every node's test does.
 */
class PrivateMysqlScriptTest {

  private static final Path SCRIPT =
      Path.of("src/main/resources/dev/mainstay/db/local/private-mysql").toAbsolutePath();

  @TempDir private Path folder;

  @Test
  void runsByHand() {
    assertThat(SCRIPT).isExecutable();
  }

  @Test
  void namesNoMirror() throws IOException {
    assertThat(Files.readString(SCRIPT)).doesNotContain("://", "debian.org");
  }

  @Test
  void withoutAptItSaysSoAndLeavesNothing() throws IOException {
    var tools = Files.createDirectory(folder.resolve("bin"));
    for (var tool : List.of("dirname", "sort", "tail", "sh")) {
      Files.copy(which(tool), tools.resolve(tool), StandardCopyOption.COPY_ATTRIBUTES);
    }
    var cache = folder.resolve("cache");

    var ended =
        Invocation.of(
            List.of(
                "/usr/bin/env", "PATH=" + tools, "/bin/sh", SCRIPT.toString(), cache.toString()),
            folder,
            Duration.ofSeconds(30),
            line -> {});

    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.lastLine())
        .startsWith("a private MySQL cannot be had: there is no apt-get on this machine");
    assertThat(cache).doesNotExist();
  }

  @Test
  void withoutNetworkOneLineSaysWhatAptSaysAndNothingIsLeft() throws IOException {
    assumeThat(Path.of("/usr/bin/apt-get")).isExecutable();
    var tools = Files.createDirectory(folder.resolve("bin"));
    // This machine's apt, but for the mirror that it names: nobody listens on port 9.
    var apt =
        Files.writeString(
            tools.resolve("apt-get"),
            """
        #!/bin/sh
        case $1 in
          indextargets) echo http://127.0.0.1:9/mirror/ ;;
          *) exec /usr/bin/apt-get "$@" ;;
        esac
        """);
    assertThat(apt.toFile().setExecutable(true)).isTrue();
    var cache = folder.resolve("cache");
    List<String> said = new ArrayList<>();

    var ended =
        Invocation.of(
            List.of(
                "/usr/bin/env",
                "PATH=" + tools + ":/usr/bin:/bin",
                "/bin/sh",
                SCRIPT.toString(),
                cache.toString()),
            folder,
            Duration.ofMinutes(2),
            said::add);

    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.lastLine())
        .startsWith("a private MySQL cannot be had: no mirror that this machine's apt names")
        .contains("127.0.0.1");
    assertThat(said)
        .containsExactly(
            "private MySQL: asking http://127.0.0.1:9/mirror/ (sid)", ended.lastLine());
    assertThat(cache)
        .isDirectoryContaining("glob:**/mysql.lock")
        .isDirectoryNotContaining("glob:**/.mysql-*");
  }

  private static Path which(String tool) {
    return List.of(Path.of("/usr/bin", tool), Path.of("/bin", tool)).stream()
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }
}
