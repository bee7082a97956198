package dev.mainstay.stack.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.process.Home;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainersTest {

  @TempDir Path folder;

  private FakeDocker docker;
  private Home home;

  @BeforeEach
  void installDocker() {
    docker = new FakeDocker(folder);
    home = new Home(folder.resolve("home"));
  }

  private Containers containers() {
    return containers(docker.command());
  }

  private Containers containers(String command) {
    return new Containers(folder, home, command);
  }

  @Test
  void upMarksTheHomeUntilDown() {
    containers().up();
    assertThat(containers().areUp()).isTrue();

    containers().down(false);
    assertThat(containers().areUp()).isFalse();
    assertThat(docker.asked()).endsWith("compose down");
  }

  @Test
  void withoutDockerNothingIsMarked() {
    Containers containers = containers(folder.resolve("none").toString());

    assertThatThrownBy(containers::up)
        .isInstanceOf(Problem.class)
        .hasMessageContaining("The command docker is missing", "leave --docker out");
    assertThat(containers.areUp()).isFalse();
    assertThat(home.folder()).doesNotExist();
  }

  @Test
  void withoutComposeNothingIsMarked() {
    docker.fails("compose version", "docker: compose is not a docker command");

    assertThatThrownBy(containers()::up)
        .isInstanceOf(Problem.class)
        .hasMessageContaining("Compose plugin");
    assertThat(containers().areUp()).isFalse();
  }

  @Test
  void anEngineThatDoesNotAnswerIsToldInItsOwnWordsAndNothingIsMarked() {
    docker.fails("compose ls *", "Cannot connect to the Docker daemon");

    assertThatThrownBy(containers()::up)
        .isInstanceOf(Problem.class)
        .hasMessageContaining("Cannot connect to the Docker daemon");
    assertThat(containers().areUp()).isFalse();
  }

  @Test
  void anUpThatFailsMarksTheHomeOnlyIfItMadeContainers() {
    docker.fails("compose up *", "no such image");

    assertThatThrownBy(containers()::up).hasMessageContaining("The stack did not come up");
    assertThat(containers().areUp()).isFalse();

    docker.answers("compose ps --all --quiet", "0123456789ab");
    assertThatThrownBy(containers()::up).hasMessageContaining("The stack did not come up");
    assertThat(containers().areUp()).isTrue();
  }

  @Test
  void aMarkThatIsLeftOfADockerThatIsGoneIsNamed() {
    containers().up();

    assertThatThrownBy(() -> containers(folder.resolve("none").toString()).down(false))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("delete the file " + home.folder().resolve("containers"));
  }
}
