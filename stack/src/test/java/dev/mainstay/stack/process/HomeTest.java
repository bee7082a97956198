package dev.mainstay.stack.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.StackState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HomeTest {

  @TempDir Path folder;

  @Test
  void onlyTheOwnerMayLookIn() throws IOException {
    Home home = new Home(folder.resolve("home"));
    home.create();
    Home.write(home.secrets().resolve("token"), "x");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.secrets())))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(home.secrets().resolve("token"))))
        .isEqualTo("rw-------");
  }

  @Test
  void folderThatCannotBeWrittenIsSaidInOneSentence() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> new Home(file.resolve("home")).create())
        .isInstanceOf(Problem.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("--home");
  }

  @Test
  void wipeLeavesWhatIsNotOurs() throws IOException {
    Home home = new Home(folder);
    home.create();
    Files.writeString(folder.resolve("home.json"), "{}");
    Files.createDirectories(home.data().resolve("db-1/data"));
    Files.writeString(folder.resolve("mine.txt"), "mine");

    home.wipe();

    try (var left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString())).containsExactly("mine.txt");
    }
  }

  @Test
  void folderOfSomebodyElsesIsNeitherTakenNorWiped() throws IOException {
    Path precious = Files.createDirectories(folder.resolve("data")).resolve("precious.txt");
    Files.writeString(precious, "precious");
    Home home = new Home(folder);

    assertThatThrownBy(home::create)
        .isInstanceOf(Problem.class)
        .hasMessageContaining("data is not Mainstay's")
        .hasMessageContaining("--home");
    home.wipe();
    home.discard();

    assertThat(precious).hasContent("precious");
  }

  /** Many programs have a file of that name. */
  @ParameterizedTest
  @ValueSource(
      strings = {"{\"rooms\":[\"kitchen\"]}", "{\"engine\":\"steam\"}", "[]", "", "{", "ü"})
  void aRecordOfSomebodyElsesMakesNoHomeOfOurs(String text) throws IOException {
    Path theirs = Files.writeString(folder.resolve("home.json"), text, ISO_8859_1);
    Path precious = Files.createDirectories(folder.resolve("data")).resolve("precious.txt");
    Files.writeString(precious, "precious");
    Home home = new Home(folder);

    home.wipe();
    home.discard();

    assertThat(home.isOurs()).isFalse();
    assertThat(Files.readString(theirs, ISO_8859_1)).isEqualTo(text);
    assertThat(precious).hasContent("precious");
  }

  @Test
  void aRecordOfSomebodyElsesIsNotTakenForOurs() throws IOException {
    Path theirs = Files.writeString(folder.resolve("home.json"), "{}");

    assertThatThrownBy(() -> new Home(folder).create())
        .isInstanceOf(Problem.class)
        .hasMessageContaining("home.json is not Mainstay's");

    assertThat(folder).isDirectoryContaining(theirs::equals);
    assertThat(theirs.resolveSibling(".mainstay-home")).doesNotExist();
  }

  /** They were made before homes had a mark of their own. */
  @Test
  void theFirstHomesAreKnownByTheirRecord() throws IOException {
    Home home = new Home(folder.resolve("home"));
    Files.createDirectories(home.data());
    Files.writeString(
        home.record(), "{\"format\":1,\"engine\":\"mysql\",\"engineVersion\":\"9.7.4\"}");

    assertThat(home.isOurs()).isTrue();
    home.create();
    home.wipe();

    assertThat(home.folder()).doesNotExist();
  }

  @Test
  void homeInWhichNothingCameAboutIsDiscardedAndAnyOtherKept() throws IOException {
    Home refused = new Home(folder.resolve("refused"));
    refused.create();
    Home used = new Home(folder.resolve("used"));
    used.create();
    Files.writeString(used.folder().resolve("home.json"), "{}");

    refused.discard();
    used.discard();

    assertThat(refused.folder()).doesNotExist();
    assertThat(used.data()).exists();
  }

  @Test
  void stateOfAnEarlierVersionIsRead() throws IOException {
    Home home = new Home(folder.resolve("home"));
    home.create();
    Files.writeString(
        home.run().resolve("state.json"),
        """
        {"supervisor": {"pid": 7, "start": "x"}, "ready": true, "engine": "mysql", "children": [],
         "options": {"web": 2, "gateways": 1, "replicas": 2, "controllers": 2, "db": "AUTO",
                     "port": 8080, "notices": 0}}
        """);

    assertThat(new StateFile(home).read()).map(StackState::ready).contains(true);
  }

  @Test
  void damagedStateIsSaidInOneSentence() throws IOException {
    Home home = new Home(folder.resolve("home"));
    home.create();
    Files.writeString(home.run().resolve("state.json"), "{\"supervisor\":");

    assertThatThrownBy(() -> new StateFile(home).read())
        .isInstanceOf(Problem.class)
        .hasMessageContaining("state.json")
        .hasMessageContaining("damaged");
  }

  @Test
  void wipedHomeOfOursIsGone() {
    Home home = new Home(folder.resolve("home"));
    home.create();

    home.wipe();

    assertThat(folder.resolve("home")).doesNotExist();
  }

  @Test
  void largeLogIsSetAsideWhileItsWriterGoesOn() throws IOException {
    Path log = folder.resolve("web-1.log");
    try (var writer =
        Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      writer.write("old\n".repeat(100).getBytes(StandardCharsets.UTF_8));
      Logs.bound(folder, 100);
      writer.write("new\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(log).hasContent("new");
    assertThat(Files.size(folder.resolve("web-1.log.1"))).isEqualTo(400);
  }

  @Test
  void tailIsTheLastLines() throws IOException {
    Path log = Files.writeString(folder.resolve("a.log"), "1\n2\nünf\n");

    assertThat(Logs.tail(log, 2)).containsExactly("2", "ünf");
    assertThat(Logs.tail(folder.resolve("none.log"), 2)).isEmpty();
  }
}
