package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
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
    assertThat(ended.lastLine()).startsWith("private MySQL: there is no apt-get on this machine");
    assertThat(cache).doesNotExist();
  }

  private static Path which(String tool) {
    return List.of(Path.of("/usr/bin", tool), Path.of("/bin", tool)).stream()
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }
}
