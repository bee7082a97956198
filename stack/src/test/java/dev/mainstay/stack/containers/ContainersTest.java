package dev.mainstay.stack.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ContainersTest {

  private static final Name WEB_1 = new Name(Role.WEB_APP, 1);

  @TempDir Path folder;

  private FakeDocker docker;
  private Home home;
  private Map<String, String> surroundings = Map.of();

  @BeforeEach
  void installDocker() {
    docker = new FakeDocker(folder);
    docker.answers("compose ls *", "[]");
    docker.answers("compose config --format json", "{\"name\":\"mainstay\"}");
    home = Home.beside(folder);
  }

  private Containers containers() {
    return containers(docker.command());
  }

  private Containers containers(String command) {
    return new Containers(folder, home, command, surroundings);
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

    assertThat(docker.asked()).contains("compose up --detach --scale web-app=4");
  }

  /** Trap: Compose's {@code --wait} without names waits for all, a node that cannot start too. */
  @Test
  void upWaitsForTheGatewaysAlone() {
    containers().up(OptionalInt.of(4));

    assertThat(docker.asked())
        .endsWith("compose up --detach --wait --no-deps --no-recreate gw-1 gw-2")
        .filteredOn(line -> line.contains("--wait"))
        .hasSize(1);
  }

  @Test
  void gatewaysThatDoNotBecomeHealthyAreNotUp() {
    docker.fails("compose up * --wait *", "container mainstay-gw-1-1 is unhealthy");

    assertThatThrownBy(() -> containers().up(OptionalInt.empty()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("The stack did not come up");
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

  @Test
  void theStandardHomeHasTheNameOfTheFile() {
    containers().up(OptionalInt.empty());
    containers().down(false);

    assertThat(docker.names()).contains("mainstay").containsOnly("", "mainstay");
    assertThat(containers().typed("ps")).isEqualTo("docker compose ps");
  }

  @Test
  void anotherHomeHasANameOfItsOwnInEveryCommand() {
    home = new Home(folder.resolve("other"));
    containers().up(OptionalInt.empty());
    String name = docker.names().getLast();
    containers().down(true);

    assertThat(name).matches("mainstay-[0-9a-f]{8}");
    assertThat(docker.names()).containsOnly(name);
    assertThat(containers().typed("ps")).isEqualTo("docker compose -p " + name + " ps");
    home = new Home(folder.resolve("third"));
    assertThat(containers().typed("ps")).doesNotContain(name);
  }

  @Test
  void theNameThatIsAskedForIsKeptUntilDown() {
    surroundings = Map.of("COMPOSE_PROJECT_NAME", "board");
    containers().up(OptionalInt.empty());
    assertThat(containers().typed("ps")).isEqualTo("docker compose ps");

    surroundings = Map.of();
    containers().down(false);

    assertThat(docker.names()).containsOnly("board");
  }

  @Test
  void dataThatDownKeptAreFoundUnderTheirNameUntilTheyAreDropped() {
    surroundings = Map.of("COMPOSE_PROJECT_NAME", "board");
    containers().up(OptionalInt.empty());
    containers().down(false);
    surroundings = Map.of();
    assertThat(containers().haveData()).isTrue();
    assertThat(containers().areUp()).isFalse();

    containers().down(true);

    assertThat(docker.asked()).endsWith("compose down --volumes");
    assertThat(docker.names()).containsOnly("board");
    assertThat(containers().haveData()).isFalse();
  }

  @Test
  void aStackThatIsUpTakesNoOtherName() {
    containers().up(OptionalInt.empty());
    surroundings = Map.of("COMPOSE_PROJECT_NAME", "board");

    assertThatThrownBy(() -> containers().up(OptionalInt.empty()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("is up under the name mainstay, and COMPOSE_PROJECT_NAME is board");
  }

  @Test
  void containersOfAnotherCloneAreLeftAlone() throws IOException {
    containers().up(OptionalInt.empty());
    Path others = Files.createFile(folder.resolve("others.yml"));
    docker.answers("compose ls --all *", project("mainstay", others));

    assertThatThrownBy(() -> containers().down(true))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("started by " + others.toRealPath());
    assertThatThrownBy(() -> containers().up(OptionalInt.empty()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("nothing was done");
    assertThat(docker.asked()).noneMatch(line -> line.startsWith("compose down"));
  }

  @Test
  void aProjectIsAnothersOnlyIfItsFilesAreThereAndNoneIsOurs() throws IOException {
    Path ours = Files.createFile(folder.resolve("docker-compose.yml")).toRealPath();
    Path others = Files.createFile(folder.resolve("others.yml")).toRealPath();
    Set<Path> own = Set.of(ours);

    assertThat(Containers.othersFile("[]", "mainstay", own)).isEmpty();
    assertThat(Containers.othersFile(project("mainstay", ours), "mainstay", own)).isEmpty();
    assertThat(Containers.othersFile(project("mainstay", others), "mainstay", own))
        .hasValue(others.toString());
    assertThat(Containers.othersFile(project("mainstay", others, ours), "mainstay", own)).isEmpty();
    assertThat(Containers.othersFile(project("board", others), "mainstay", own)).isEmpty();
    assertThat(Containers.othersFile(project("mainstay", folder.resolve("moved")), "mainstay", own))
        .isEmpty();
  }

  private static String project(String name, Path... files) {
    return "[{\"Name\":\"%s\",\"Status\":\"running(9)\",\"ConfigFiles\":\"%s\"}]"
        .formatted(name, Stream.of(files).map(Path::toString).collect(Collectors.joining(",")));
  }

  @Test
  void portsAreThoseThatArePublishedWhateverTheyAre() {
    docker.answers("compose port gw-1 8080", "0.0.0.0:80");
    docker.answers("compose port gw-1 9090", "127.0.0.1:9999");
    Name gateway = new Name(Role.GATEWAY, 1);

    assertThat(containers().sitePort(gateway)).isEqualTo(80);
    assertThat(containers().adminPort(gateway)).isEqualTo(9999);
  }

  @Test
  void theTopologyIsThatOfTheControllerThatKnowsBest() {
    docker.answers("compose exec --no-TTY rt-1 *", topology("null", "UNREACHABLE"));
    docker.answers("compose exec --no-TTY rt-2 *", topology("7", "PRIMARY"));
    assertThat(containers().topology()).hasValueSatisfying(known -> isOfEpoch(known, 7));

    docker.fails("compose exec --no-TTY rt-1 *", "service rt-1 is not running");
    assertThat(containers().topology()).hasValueSatisfying(known -> isOfEpoch(known, 7));

    docker.fails("compose exec --no-TTY rt-2 *", "service rt-2 is not running");
    assertThat(containers().topology()).isEmpty();
  }

  private static void isOfEpoch(JsonNode topology, long epoch) {
    assertThat(topology.path("epoch").asLong(0)).isEqualTo(epoch);
  }

  private static String topology(String epoch, String role) {
    return "HTTP/1.1 200 \r\n\r\n{\"epoch\":%s,\"leader\":null,\"nodes\":[{\"role\":\"%s\"}]}"
        .formatted(epoch, role);
  }

  private static String listed(String service, String id) {
    return "{\"ID\":\"%s\",\"Name\":\"mainstay-%s-1\",\"Service\":\"%s\",\"State\":\"running\",\"Health\":\"\"}"
        .formatted(id, service, service);
  }
}
