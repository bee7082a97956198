package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.local.testing.FreePorts;
import dev.mainstay.db.local.testing.TestEngines;
import dev.mainstay.db.local.testing.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node's data folder comes to be, and when it is left alone. */
@EachEngine
class InitialisationIT {

  private final LocalEngine engine;
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Distribution distribution;

  InitialisationIT(LocalEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void find() {
    distribution = TestEngines.require(engine);
  }

  @Test
  void halfDoneIsMadeAnewAndDoneIsKept() throws IOException {
    var spec =
        spec(
            folder.resolve(
                "a home with blanks and a name beyond the 107 bytes ".repeat(2).strip()));
    var node = new LocalNode(distribution, spec);
    var halfDone = Files.createDirectories(spec.home().resolve("data.new-1-1"));
    Files.writeString(halfDone.resolve("ibdata1"), "cut off");

    assertThat(node.initialise()).isInstanceOf(Initialisation.Blank.class);

    assertThat(MadeBy.read(spec.data())).contains(MadeBy.of(distribution));
    assertThat(filesOf(spec.home())).containsExactlyInAnyOrder("data", "my.cnf", "tmp");
    assertThat(node.initialise()).isInstanceOf(Initialisation.Kept.class);
    assertThat(new LocalNode(other(), spec).initialise())
        .isInstanceOfSatisfying(
            Initialisation.Refused.class,
            refused ->
                assertThat(refused.why())
                    .contains("holds data of " + distribution.title())
                    .contains("cannot be used with " + other().title()));
  }

  @Test
  void dataOfSomebodyElseIsNotTouched() throws IOException {
    var spec = spec(folder);
    var theirs = Files.createDirectories(spec.data()).resolve("theirs");
    Files.writeString(theirs, "keep me");

    assertThat(new LocalNode(distribution, spec).initialise())
        .isInstanceOf(Initialisation.Refused.class);
    assertThat(theirs).hasContent("keep me");
  }

  @Test
  void aServerThatFailsIsReportedWithoutThePassword() throws IOException {
    var failing = folder.resolve("failing");
    Files.writeString(
        failing,
        "#!/bin/sh\necho \"[ERROR] near '%s'\"\nexit 1\n"
            .formatted(TestNode.CONTROLLER.password().replace("\\", "\\\\")));
    assertThat(failing.toFile().setExecutable(true)).isTrue();
    var broken =
        new Distribution(engine, distribution.version(), failing, distribution.home(), "broken");
    var spec = spec(folder.resolve("home"));

    assertThatThrownBy(() -> new LocalNode(broken, spec).initialise())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("node db-1")
        .hasMessageContaining("[ERROR] near")
        .hasMessageNotContaining(TestNode.CONTROLLER.password());
    assertThat(filesOf(spec.home())).doesNotContain("data", ".accounts.sql", ".bootstrap.sql");
  }

  private Distribution other() {
    var otherEngine =
        switch (engine) {
          case MYSQL -> LocalEngine.MARIADB;
          case MARIADB -> LocalEngine.MYSQL;
        };
    return new Distribution(
        otherEngine, new EngineVersion(99, 0, 0), Path.of("/server"), Path.of("/"), "elsewhere");
  }

  private static NodeSpec spec(Path home) {
    return new NodeSpec(
        "db-1", 1, FreePorts.next(), home, home.resolve("error.log"), TestNode.CONTROLLER);
  }

  private static List<String> filesOf(Path home) throws IOException {
    try (var files = Files.list(home)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
