package dev.mainstay.stack.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.process.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {

  @TempDir Path folder;

  private static final Order RESUME = new Order(Order.Verb.RESUME, "web-1", null);

  /** Too deep for a socket's path. */
  private Home deepHome() {
    Home home = new Home(folder.resolve("a".repeat(60)).resolve("b".repeat(60)));
    home.create();
    return home;
  }

  private static Path link(Home home) {
    return home.run().resolve("control.sock");
  }

  @Test
  void aDeepHomesSocketLiesElsewhereAndGoesWithItsFolder() throws IOException {
    Home home = deepHome();
    Path elsewhere;
    try (ControlSocket _ = ControlSocket.open(home, order -> Order.Outcome.done("done"))) {
      elsewhere = Files.readSymbolicLink(link(home));
      assertThat(ControlSocket.send(home, RESUME)).contains(Order.Outcome.done("done"));
    }

    assertThat(elsewhere.resolveSibling("")).doesNotExist();
    assertThat(Files.exists(link(home), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void whatAKilledSupervisorLeftGoesWithTheNext() throws IOException {
    Home home = deepHome();
    Path left = Files.createTempDirectory("mainstay-");
    Files.createFile(left.resolve("control.sock"));
    Files.createSymbolicLink(link(home), left.resolve("control.sock"));

    try (ControlSocket _ = ControlSocket.open(home, order -> Order.Outcome.done("done"))) {
      assertThat(left).doesNotExist();
      assertThat(ControlSocket.send(home, RESUME)).isPresent();
    }
  }

  @Test
  void aFolderThatHoldsSomethingElseStays() throws IOException {
    Home home = deepHome();
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.createFile(other.resolve("precious"));
    Files.createSymbolicLink(link(home), other.resolve("control.sock"));

    ControlSocket.clear(home);

    assertThat(other.resolve("precious")).exists();
  }
}
