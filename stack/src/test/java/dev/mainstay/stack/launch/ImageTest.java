package dev.mainstay.stack.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path programs;

  /** One that was last used so long before now. */
  private Path image(String name, Duration unused) throws IOException {
    Path image = Files.createDirectories(programs.resolve(name));
    Files.createFile(image.resolve("program.jar"));
    Files.setLastModifiedTime(image, FileTime.from(NOW.minus(unused)));
    return image;
  }

  @Test
  void imagesThatNobodyUsedForTwoWeeksAreDropped() throws IOException {
    Path old = image("gateway-1", Duration.ofDays(15));
    Path young = image("gateway-2", Duration.ofDays(13));

    Image.prune(programs, NOW, List.of("java -jar /elsewhere/gateway-1/program.jar"));

    assertThat(old).doesNotExist();
    assertThat(young).isNotEmptyDirectory();
  }

  @Test
  void anImageFromWhichSomethingRunsIsKeptHoweverOld() throws IOException {
    Path old = image("gateway-1", Duration.ofDays(100));
    Path other = image("gateway-10", Duration.ofDays(100));

    Image.prune(programs, NOW, List.of("java -jar %s --x".formatted(other.resolve("program.jar"))));

    assertThat(other).isNotEmptyDirectory();
    assertThat(old).doesNotExist();
  }

  @Test
  void whatRunsIsFoundOnThisMachine() throws IOException {
    Path jar = image("gateway-1", Duration.ZERO).resolve("program.jar");
    // Ends with its input.
    Process running = new ProcessBuilder("sh", "-c", "read line", "-jar", jar.toString()).start();
    try {
      assertThat(Image.commandLines()).anyMatch(line -> line.contains(jar.toString()));
    } finally {
      running.destroyForcibly();
    }
  }

  @Test
  void aSupervisorKeepsItsImagesYoung() throws IOException {
    Instant now = Instant.now();
    Path old = image("gateway-1", Duration.ZERO);
    Files.setLastModifiedTime(old, FileTime.from(now.minus(Duration.ofDays(15))));

    new Image(Service.GATEWAY, old.resolve("program.jar"), Optional.empty()).use();
    Image.prune(programs, now, List.of());

    assertThat(old).isNotEmptyDirectory();
  }
}
