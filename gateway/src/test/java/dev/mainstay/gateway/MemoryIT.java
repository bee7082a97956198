package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A gateway that is started again. */
@ExtendWith(OutputCaptureExtension.class)
class MemoryIT {

  @TempDir Path folder;

  private Rig rig() {
    return new Rig()
        .pool("web", 100, 100, 100)
        .set("mainstay.gateway.admin.state-file", folder.resolve("gw-1.json"));
  }

  @Test
  void weightsStatesAndModesSurviveARestart() throws IOException {
    try (Rig rig = rig()) {
      rig.start();
      rig.change("web", "A", "{\"weight\":0}");
      rig.change("web", "B", "{\"state\":\"MAINT\"}");
      rig.change("web", "C", "{\"backup\":true}");
      rig.restart();

      assertThat(rig.fact("web", "A", "weight")).isEqualTo("0");
      assertThat(rig.fact("web", "B", "state")).isEqualTo("MAINT");
      assertThat(rig.fact("web", "B", "healthReason")).isEqualTo("in maintenance, not checked");
      assertThat(rig.fact("web", "C", "backup")).isEqualTo("true");
      assertThat(rig.servers("/web/", 3)).isEqualTo("CCC");
      rig.change("web", "B", "{\"state\":\"READY\"}");
      await().until(() -> rig.fact("web", "B", "health").equals("UP"));
      assertThat(rig.servers("/web/", 2)).isEqualTo("BB");
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left)
          .extracting(path -> path.getFileName().toString())
          .containsExactly("gw-1.json");
    }
  }

  /**
   * Trap: such an answer is finished by a thread that may wait for the disk, so the next request of
   * the connection may come before Reactor Netty is done with it; then its body was not read.
   */
  @Test
  void changesFollowOneAnotherOnOneConnection() {
    try (Rig rig = rig()) {
      rig.start();
      for (int weight = 0; weight < 200; weight++) {
        assertThat(rig.fact("web", "A", "weight")).isNotEqualTo(String.valueOf(weight));
        rig.change("web", "A", "{\"weight\":%d}".formatted(weight));
      }
    }
  }

  @Test
  void aDamagedFileIsOneSentenceAndTheConfiguration(CapturedOutput output) throws IOException {
    Files.writeString(folder.resolve("gw-1.json"), "{\"format\":1,\"pools\":{\"web\":{");
    try (Rig rig = rig()) {
      rig.start();

      assertThat(rig.fact("web", "A", "weight")).isEqualTo("100");
      assertThat(output.getAll().lines())
          .filteredOn(line -> line.contains("gw-1.json"))
          .singleElement()
          .asString()
          .contains("WARN", "cannot be read: pools begin as configured");
      rig.change("web", "A", "{\"weight\":5}");
      rig.restart();

      assertThat(rig.fact("web", "A", "weight")).isEqualTo("5");
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsToldAndTheChangeIsInForce(CapturedOutput output)
      throws IOException {
    Files.createDirectories(folder.resolve("gw-1.json.new"));
    try (Rig rig = rig()) {
      rig.start();
      rig.change("web", "A", "{\"weight\":5}");

      assertThat(rig.fact("web", "A", "weight")).isEqualTo("5");
      assertThat(output.getAll().lines())
          .filteredOn(line -> line.contains("cannot be written"))
          .hasSize(1);
    }
  }

  @Test
  void aFileInNoFolderStopsTheStart() {
    try (Rig rig = rig()) {
      rig.set("mainstay.gateway.admin.state-file", folder.resolve("none/gw-1.json"));

      assertThatThrownBy(rig::start)
          .rootCause()
          .hasMessageContaining("mainstay.gateway.admin.state-file")
          .hasMessageContaining("(expected: a file in a folder that there is)");
    }
  }
}
