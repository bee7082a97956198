package dev.mainstay.stack.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Home;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainersTest {

  private static final Name WEB_1 = new Name(Role.WEB_APP, 1);

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
    containers().up(OptionalInt.empty());
    assertThat(containers().areUp()).isTrue();

    containers().down(false);
    assertThat(containers().areUp()).isFalse();
    assertThat(docker.asked()).endsWith("compose down");
  }

  @Test
  void upScalesTheWebAppsWhereANumberIsAskedFor() {
    containers().up(OptionalInt.of(4));

    assertThat(docker.asked()).endsWith("compose up --detach --wait --scale web-app=4");
  }

  @Test
  void withoutDockerNothingIsMarked() {
    Containers containers = containers(folder.resolve("none").toString());

    assertThatThrownBy(() -> containers.up(OptionalInt.empty()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("The command docker is missing", "leave --docker out");
    assertThat(containers.areUp()).isFalse();
    assertThat(home.folder()).doesNotExist();
  }

  @Test
  void withoutComposeNothingIsMarked() {
    docker.fails("compose version", "docker: compose is not a docker command");

    assertThatThrownBy(() -> containers().up(OptionalInt.empty()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("Compose plugin");
    assertThat(containers().areUp()).isFalse();
  }

  @Test
  void anEngineThatDoesNotAnswerIsToldInItsOwnWordsAndNothingIsMarked() {
    docker.fails("compose ls *", "Cannot connect to the Docker daemon");

    assertThatThrownBy(() -> containers().up(OptionalInt.empty()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("Cannot connect to the Docker daemon");
    assertThat(containers().areUp()).isFalse();
  }

  @Test
  void anUpThatFailsMarksTheHomeOnlyIfItMadeContainers() {
    docker.fails("compose up *", "no such image");

    assertThatThrownBy(() -> containers().up(OptionalInt.empty()))
        .hasMessageContaining("The stack did not come up");
    assertThat(containers().areUp()).isFalse();

    docker.answers("compose ps --all --quiet", "0123456789ab");
    assertThatThrownBy(() -> containers().up(OptionalInt.empty()))
        .hasMessageContaining("The stack did not come up");
    assertThat(containers().areUp()).isTrue();
  }

  @Test
  void aMarkThatIsLeftOfADockerThatIsGoneIsNamed() {
    containers().up(OptionalInt.empty());

    assertThatThrownBy(() -> containers(folder.resolve("none").toString()).down(false))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("delete the file " + home.folder().resolve("containers"));
  }

  @Test
  void whatIsKilledIsStartedAgain() throws InterruptedException {
    docker.answers("compose ps --all --format json", listed("web-app", "aaa"));

    containers().kill(WEB_1, Duration.ZERO);

    assertThat(docker.asked()).endsWith("kill aaa", "start aaa");
  }

  @Test
  void whatIsKilledIsStartedAgainAtOnceWhenTheWaitingIsInterrupted() throws InterruptedException {
    docker.answers("compose ps --all --format json", listed("web-app", "aaa"));
    Thread kill =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    containers().kill(WEB_1, Duration.ofHours(1));
                  } catch (InterruptedException expected) {
                    Thread.currentThread().interrupt();
                  }
                });
    await().until(() -> docker.asked().contains("kill aaa"));

    await()
        .until(
            () -> {
              kill.interrupt();
              return docker.asked().contains("start aaa");
            });
    kill.join();
  }

  @Test
  void whatCouldNotBeKilledIsNotStarted() {
    docker.answers("compose ps --all --format json", listed("web-app", "aaa"));
    docker.fails("kill aaa", "container aaa is not running");

    assertThatThrownBy(() -> containers().kill(WEB_1, Duration.ZERO))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("container aaa is not running");
    assertThat(docker.asked()).doesNotContain("start aaa");
  }

  private static String listed(String service, String id) {
    return "{\"ID\":\"%s\",\"Name\":\"mainstay-%s-1\",\"Service\":\"%s\",\"State\":\"running\",\"Health\":\"\"}"
        .formatted(id, service, service);
  }
}
