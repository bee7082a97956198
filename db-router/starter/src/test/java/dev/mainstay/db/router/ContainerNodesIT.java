package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.controller.loop.Breakpoint;
import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.loop.ControllerSettings;
import dev.mainstay.db.controller.loop.Links;
import dev.mainstay.db.controller.loop.NodeControl;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.engine.Accounts;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.failover.Policy;
import dev.mainstay.db.router.board.Board;
import dev.mainstay.db.router.board.BoardApplication;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.mysql.MySQLContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * An application with the starter on nodes of the official image, started as {@code
 * docker-compose.yml} starts them: what the image does at a first start must leave nodes that a
 * controller takes for blank. The nodes find each other, and this JVM finds them, by their
 * containers' own addresses.
 */
@Timeout(240)
class ContainerNodesIT {

  private static final String REQUIRED = "MAINSTAY_REQUIRE_DOCKER";
  private static final String IMAGE = System.getenv().getOrDefault("MYSQL_IMAGE", "mysql:9.7");

  /** A quote and a backslash in it: it goes through a script into a statement. */
  private static final String PASSWORD = "its'Own\\pass";

  private static final Path SCRIPTS = Path.of("../../docker/node");

  @Test
  void nodesOfTheOfficialImageBecomeAClusterThatAnApplicationWritesToAndReadsFrom() {
    requireDocker();
    try (MySQLContainer first = node(1);
        MySQLContainer second = node(2)) {
      first.start();
      second.start();
      List<String> nodes = List.of(address("db-1", first), address("db-2", second));
      try (Controller controller = new Controller(settings(nodes), Clock.systemUTC())) {
        controller.start();
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> controller.picture().topology().replicas().size() == 1);
        try (var application = BoardApplication.start(nodes, starter())) {
          Board board = application.getBean(Board.class);

          long id = board.post("in a container");

          assertThat(board.writer()).isEqualTo(1);
          await().atMost(Duration.ofSeconds(20)).until(() -> board.reader() == 2);
          await().atMost(Duration.ofSeconds(5)).until(() -> board.has(id));
        }
      }
    }
  }

  private static void requireDocker() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      String why = "no Docker engine answers here";
      String _ =
          Boolean.parseBoolean(System.getenv(REQUIRED)) ? fail(REQUIRED + ": " + why) : abort(why);
    }
  }

  private static MySQLContainer node(int number) {
    return new MySQLContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("mysql"))
        .withCreateContainerCmdModifier(command -> command.withEntrypoint("/mainstay/start"))
        .withCommand("--server-id=" + number)
        .withCopyFileToContainer(MountableFile.forHostPath(SCRIPTS, 0755), "/mainstay")
        // One that may be executed would be, instead of being sourced.
        .withCopyFileToContainer(
            MountableFile.forHostPath(SCRIPTS.resolve("init/controller.sh"), 0644),
            "/docker-entrypoint-initdb.d/controller.sh")
        .withCopyToContainer(Transferable.of(PASSWORD, 0444), "/run/secrets/controller-password");
  }

  private static String address(String id, MySQLContainer node) {
    return node.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
        .map(network -> "%s=%s:3306".formatted(id, network.getIpAddress()))
        .findFirst()
        .orElseThrow();
  }

  private static ControllerSettings settings(List<String> nodes) {
    List<NodeAddress> addresses = nodes.stream().map(NodeAddress::parse).toList();
    return new ControllerSettings(
        "rt-1",
        new ClusterSpec("mainstay", addresses, Duration.ofSeconds(3)),
        Policy.DEFAULT,
        new Credentials("controller", PASSWORD),
        new Accounts(
            "mainstay",
            new Credentials("app", PASSWORD),
            new Credentials("migrate", PASSWORD),
            new Credentials("monitor", PASSWORD),
            addresses.stream()
                .map(node -> new Credentials(ControllerSettings.user(node.id()), PASSWORD))
                .toList()),
        Duration.ofMillis(100),
        Links.DIRECT,
        NodeControl.NONE,
        Breakpoint.NONE);
  }

  private static Map<String, String> starter() {
    return Map.of(
        "mainstay.db.schema",
        "mainstay",
        "mainstay.db.username",
        "app",
        "mainstay.db.password",
        PASSWORD,
        "mainstay.db.migrate.password",
        PASSWORD,
        "mainstay.db.monitor.password",
        PASSWORD,
        "mainstay.db.monitor.interval",
        "200ms");
  }
}
