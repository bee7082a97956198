package dev.mainstay.stack.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.stack.process.Json;
import dev.mainstay.stack.process.PortCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The project's {@code docker-compose.yml} from {@code up} to {@code down --volumes}, on a real
 * engine: one scenario after the other, because each start costs half a minute of CPU.
 */
@Tag("end-to-end")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // The fields are set before the first test.
class ComposeIT {

  private static final Duration FIRST_PAGE = Duration.ofSeconds(90);
  private static final long MEMORY = 4L << 30;
  private static final List<String> NODES = List.of("db-1", "db-2", "db-3");

  @TempDir static Path home;

  private static Compose stack;
  private static Command mainstay;
  private static Site first;
  private static Site second;
  private static int port;
  private static Duration firstPage;
  private static String dumped;

  @BeforeAll
  static void comesUpFromNothing() throws IOException, InterruptedException {
    Compose.requireDocker();
    port = freePort();
    stack = new Compose("mainstay-it-" + port, port);
    mainstay = new Command(home.resolve("home"), stack.variables());
    first = new Site(port);
    second = new Site(port + 1);
    Runtime.getRuntime().addShutdownHook(new Thread(ComposeIT::leaveNothingBehind));
    long begun = System.nanoTime();
    up();
    assertThat(first.get("").statusCode()).isEqualTo(200);
    firstPage = Duration.ofNanos(System.nanoTime() - begun);
  }

  @AfterAll
  static void leaveNothingBehind() {
    if (stack != null) {
      try {
        stack.compose("down", "--volumes", "--timeout", "5");
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static int freePort() {
    for (int attempt = 0; attempt < 100; attempt++) {
      int candidate = ThreadLocalRandom.current().nextInt(20_000, 30_000);
      if (Stream.of(0, 1, 1010, 1011).allMatch(shift -> PortCheck.isFree(candidate + shift))) {
        return candidate;
      }
    }
    throw new IllegalStateException("no free ports");
  }

  private static void up(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("up", "--detach", "--wait"));
    command.addAll(List.of(options));
    stack.compose(command.toArray(String[]::new)).succeeds();
  }

  private static JsonNode post(Site site, String title) throws IOException, InterruptedException {
    var response = site.post(UUID.randomUUID(), title);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return Json.MAPPER.readTree(response.body());
  }

  private static String read(Site site, String id) throws IOException, InterruptedException {
    var response = site.get("api/notices/" + id);
    return response.statusCode() == 200
        ? Json.MAPPER.readTree(response.body()).path("title").asString("")
        : "HTTP " + response.statusCode();
  }

  private static JsonNode whoami() throws IOException, InterruptedException {
    return Json.MAPPER.readTree(first.get("api/whoami").body());
  }

  private static List<JsonNode> serversThatAreUp() throws IOException, InterruptedException {
    return first
        .pools()
        .path(0)
        .path("servers")
        .valueStream()
        .filter(server -> server.path("health").asString("").equals("UP"))
        .toList();
  }

  /** A server that came up takes its weight within the pool's slow start of 2 s. */
  private static final Duration SLOW_START = Duration.ofSeconds(5);

  private static boolean nobodyStartsSlowly() throws IOException, InterruptedException {
    return serversThatAreUp().stream()
        .allMatch(
            server -> server.path("effectiveWeight").asInt(0) == server.path("weight").asInt(0));
  }

  /** How many of as many requests, one after the other, each server answered. */
  private static Map<String, Integer> shares(int requests)
      throws IOException, InterruptedException {
    Map<String, Integer> shares = new TreeMap<>();
    for (int request = 0; request < requests; request++) {
      shares.merge(first.servedBy(), 1, Integer::sum);
    }
    return shares;
  }

  @Test
  @Order(1)
  void servesThePageSoonOnBothGateways() throws IOException, InterruptedException {
    System.out.printf("docker compose up: first page after %d ms%n", firstPage.toMillis());
    assertThat(firstPage).isLessThan(FIRST_PAGE);
    assertThat(second.get("").statusCode()).isEqualTo(200);
  }

  @Test
  @Order(2)
  void aNoticeThatIsPostedOnOneGatewayIsReadOnTheOther() throws IOException, InterruptedException {
    String id = post(first, "Posted in a container").path("id").asString("");

    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(read(second, id)).isEqualTo("Posted in a container"));
  }

  @Test
  @Order(3)
  void everyContainerIsConfined() throws IOException, InterruptedException {
    long limits = 0;
    for (JsonNode container : stack.inspect()) {
      String name = container.path("Name").asString("");
      JsonNode host = container.path("HostConfig");
      assertThat(container.path("Config").path("User").asString("")).as(name).matches("[1-9].*");
      assertThat(host.path("ReadonlyRootfs").asBoolean()).as(name).isTrue();
      assertThat(host.path("Privileged").asBoolean()).as(name).isFalse();
      assertThat(host.path("CapDrop").toString()).as(name).contains("ALL");
      assertThat(host.path("SecurityOpt").toString()).as(name).contains("no-new-privileges");
      assertThat(host.path("RestartPolicy").path("Name").asString(""))
          .as(name)
          .isEqualTo("unless-stopped");
      assertThat(host.path("LogConfig").path("Config").path("max-size").asString(""))
          .as(name)
          .isNotEmpty();
      assertThat(container.path("State").path("Health").path("Status").asString(""))
          .as(name)
          .isEqualTo("healthy");
      assertThat(host.path("Memory").asLong(0)).as(name).isPositive();
      assertThat(container.path("Mounts").toString()).as(name).doesNotContain("docker.sock");
      limits += host.path("Memory").asLong(0);
    }
    assertThat(limits).isLessThanOrEqualTo(MEMORY);
  }

  /**
   * Trap: where a cache does not fit its JVM, the JVM goes without, twice as slowly, and says
   * nothing.
   */
  @Test
  @Order(3)
  void everyJvmTakesItsClassesFromTheCache() throws IOException, InterruptedException {
    for (String service : List.of("gw-1", "web-app", "rt-1")) {
      // The images have no grep.
      assertThat(stack.bash(service, "[[ $(< /proc/1/maps) == *app.aot* ]]").exit())
          .as(service)
          .isZero();
    }
  }

  /**
   * Trap: Netty unpacks its transport into /tmp, and goes without where it may not be run there.
   */
  @Test
  @Order(3)
  void aGatewayWaitsForItsConnectionsByEpoll() throws IOException, InterruptedException {
    String threads =
        stack
            .bash("gw-1", "for name in /proc/1/task/*/comm; do echo \"$(< $name)\"; done")
            .succeeds();

    assertThat(threads).contains("reactor-http-ep").doesNotContain("reactor-http-ni");
  }

  @Test
  @Order(3)
  void fourPortsArePublishedAndTheAdminsOnLoopbackOnly() throws IOException, InterruptedException {
    TreeSet<String> published = new TreeSet<>();
    for (JsonNode container : stack.inspect()) {
      for (JsonNode bindings : container.path("HostConfig").path("PortBindings")) {
        for (JsonNode binding : bindings) {
          published.add(
              binding.path("HostIp").asString("") + ":" + binding.path("HostPort").asString(""));
        }
      }
    }

    assertThat(published)
        .containsExactlyInAnyOrder(
            ":" + port,
            ":" + (port + 1),
            "127.0.0.1:" + (port + 1010),
            "127.0.0.1:" + (port + 1011));
  }

  @Test
  @Order(3)
  void noNodeCanBeReachedFromAGateway() throws IOException, InterruptedException {
    for (JsonNode node : stack.inspect(NODES.toArray(String[]::new))) {
      for (JsonNode network : node.path("NetworkSettings").path("Networks")) {
        String address = network.path("IPAddress").asString("");
        String connect = "timeout 2 bash -c '</dev/tcp/%s/3306'".formatted(address);

        assertThat(stack.bash("gw-1", connect).exit()).as(address).isNotZero();
        assertThat(stack.bash("web-app", connect).exit()).as(address).isZero();
      }
    }
    // Nor has it a name there: 2 says that there is none, and not that something else went wrong.
    String name = "getent hosts db-1";
    assertThat(stack.bash("web-app", name).exit()).isZero();
    assertThat(stack.bash("gw-1", name).exit()).isEqualTo(2);
  }

  @Test
  @Order(3)
  void eitherDashboardSeesBothGatewaysTheControllersAndTheNodes() {
    for (Site gateway : List.of(first, second)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                JsonNode picture =
                    Json.MAPPER.readTree(gateway.admin("GET", "api/stack", "").body());
                assertThat(picture.path("gateways").valueStream())
                    .extracting(one -> one.path("id").asString(""))
                    .containsExactlyInAnyOrder("gw-1", "gw-2");
                assertThat(picture.path("controllers").valueStream())
                    .extracting(one -> one.path("id").asString(""))
                    .containsExactly("rt-1", "rt-2");
                assertThat(picture.path("controllers").valueStream())
                    .filteredOn(one -> one.path("leads").asBoolean(false))
                    .hasSize(1);
                assertThat(picture.path("topology").path("nodes").valueStream())
                    .extracting(one -> one.path("role").asString(""))
                    .containsExactlyInAnyOrder("PRIMARY", "REPLICA", "REPLICA");
              });
    }
  }

  @Test
  @Order(3)
  void eachServiceSeesItsOwnSecretsOnly() throws IOException, InterruptedException {
    assertThat(stack.bash("gw-1", "ls /run/secrets").succeeds()).isEqualTo("admin-token");
    assertThat(stack.bash("web-app", "ls /run/secrets").succeeds().lines())
        .containsExactly("app-password", "migrate-password", "monitor-password");
  }

  @Test
  @Order(3)
  void aGatewayGivesALinkToItsDashboard() throws IOException, InterruptedException {
    String link = stack.compose("exec", "--no-TTY", "gw-2", "link").succeeds();

    String dashboard = "http://127.0.0.1:%d/".formatted(port + 1011);
    assertThat(link).startsWith(dashboard + "?code=");
    var response = second.admin("GET", link.substring(dashboard.length()), "");
    assertThat(response.statusCode()).isEqualTo(303);
    assertThat(response.headers().firstValue("Set-Cookie")).isPresent();
  }

  @Test
  @Order(4)
  void goesFromTwoInstancesToFourAndBackAndLosesNoRequest()
      throws IOException, InterruptedException {
    try (Site.Load load = first.load(4, 2)) {
      up("--scale", "web-app=4", "--no-recreate");
      long scaled = System.nanoTime();
      await().atMost(Duration.ofSeconds(5)).until(() -> serversThatAreUp().size() == 4);
      await().atMost(SLOW_START).until(ComposeIT::nobodyStartsSlowly);
      System.out.printf(
          "four instances share by weight %d ms after `up --scale` returned%n",
          Duration.ofNanos(System.nanoTime() - scaled).toMillis());
      awaitReadsAndPosts(load);
      assertThat(load.end()).isEmpty();
    }
    assertThat(shares(40).values()).containsExactly(10, 10, 10, 10);

    // 100, 100, 100 and 25: a cycle is 13 requests.
    String light = serversThatAreUp().getFirst().path("id").asString("");
    weigh(light, 25);
    Map<String, Integer> uneven = shares(26);
    assertThat(uneven).containsEntry(light, 2);
    assertThat(uneven.values()).containsExactlyInAnyOrder(8, 8, 8, 2);
    weigh(light, 100);

    try (Site.Load load = first.load(4, 2)) {
      int before = load.answered();
      up("--scale", "web-app=2", "--no-recreate");
      await().atMost(Duration.ofSeconds(10)).until(() -> serversThatAreUp().size() == 2);
      int after = load.answered();
      awaitReadsAndPosts(load);
      assertThat(load.end()).isEmpty();
      assertThat(after).isGreaterThan(before);
    }
    assertThat(shares(40).values()).containsExactly(20, 20);
  }

  private static void awaitReadsAndPosts(Site.Load load) {
    int answered = load.answered();
    int posted = load.posted();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> load.answered() > answered + 50 && load.posted() > posted + 20);
  }

  /** Of one server on the first gateway, by the id that DNS gave it: {@code ip:port}. */
  private static void weigh(String server, int weight) throws IOException, InterruptedException {
    String token = stack.bash("gw-1", "echo $(< /run/secrets/admin-token)").succeeds();
    var response =
        first.admin(
            "PATCH",
            "api/pools/web-app/servers/" + server,
            "{\"weight\":%d}".formatted(weight),
            "Authorization",
            "Bearer " + token);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  @Test
  @Order(5)
  void aKilledWebAppAndAKilledReplicaCostNoRequest() throws IOException, InterruptedException {
    String primary = whoami().path("write").path("node").asString("");
    String replica = NODES.stream().filter(node -> !node.equals(primary)).findFirst().orElseThrow();
    String notice = post(first, "Before the kill").path("id").asString("");

    try (Site.Load load = first.load(4, 2)) {
      await().until(() -> load.answered() > 50);
      Compose.docker("kill", stack.containers("web-app").getFirst()).succeeds();
      await().atMost(Duration.ofSeconds(10)).until(() -> serversThatAreUp().size() == 1);
      Compose.docker("kill", stack.containers(replica).getFirst()).succeeds();
      awaitReadsAndPosts(load);
      post(first, "While a replica is away");
      up();
      await().atMost(Duration.ofSeconds(10)).until(() -> serversThatAreUp().size() == 2);
      assertThat(load.end()).isEmpty();
    }
    assertThat(read(first, notice)).isEqualTo("Before the kill");
  }

  @Test
  @Order(6)
  void aKilledGatewayTakesNothingWithIt() throws IOException, InterruptedException {
    try (Site.Load load = first.load(4, 2)) {
      Compose.docker("kill", stack.containers("gw-2").getFirst()).succeeds();
      awaitReadsAndPosts(load);
      up();
      assertThat(load.end()).isEmpty();
    }
    assertThat(second.get("").statusCode()).isEqualTo(200);
  }

  @Test
  @Order(7)
  void noticesOutliveTheContainers() throws IOException, InterruptedException {
    String id = post(first, "Kept").path("id").asString("");

    assertThatNothingEndedByItself();
    stack.compose("down", "--timeout", "10").succeeds();
    up();

    assertThat(read(first, id)).isEqualTo("Kept");
  }

  @Test
  @Order(7)
  void aReplicaIsDumpedAndAClusterThatHoldsDataTakesNoRestore()
      throws IOException, InterruptedException {
    dumped = post(first, "In the dump").path("id").asString("");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              stack.documented("docker compose exec -T db-3", home).succeeds();
              assertThat(Files.readString(home.resolve("board.sql"))).contains("In the dump");
            });
    assertThat(Files.readAllLines(home.resolve("board.sql")).getLast())
        .startsWith("-- Dump completed");
    String later = post(first, "After the dump").path("id").asString("");

    Compose.Result restore = stack.documented("docker compose exec -T db-1", home);

    assertThat(restore.exit()).isEqualTo(1);
    assertThat(restore.out()).contains("the cluster holds data", "nothing was changed");
    assertThat(read(first, later)).isEqualTo("After the dump");
  }

  @Test
  @Order(8)
  void theCommandActsOnContainers() throws IOException, InterruptedException {
    mainstay.run("up", "--docker").succeeds();
    mainstay.run("kill", "db-3", "--for", "500ms").succeeds();

    JsonNode status = mainstay.run("status", "--json").json();
    assertThat(status.path("processes").valueStream().map(one -> one.path("name").asString("")))
        .containsExactly("db-1", "db-2", "db-3", "rt-1", "rt-2", "web-1", "web-2", "gw-1", "gw-2");
    assertThat(status.path("pools").path(0).path("servers").size()).isEqualTo(2);
    assertThat(status.path("topology").path("nodes").size()).isEqualTo(3);
    assertThat(mainstay.run("status").succeeds().out()).contains("db-3", "PRIMARY", "MiB");
    assertThat(mainstay.run("link").succeeds().out()).contains(":%d/?code=".formatted(port + 1010));
    mainstay.run("weight", "web-1", "20").failsSaying("runs in containers");
  }

  @Test
  @Order(9)
  void aPlannedAndAnUnplannedChangeOfThePrimaryCostNoRequestAndNoPost()
      throws IOException, InterruptedException {
    Command.Result drills =
        mainstay.run(
            "drill",
            "switchover",
            "primary-kill",
            "--docker",
            "--times",
            "1",
            "--before",
            "3",
            "--after",
            "8",
            "--lenient-times",
            "--json");

    System.out.printf("drills in containers:%n%s", drills.out());
    drills.succeeds();
    List<JsonNode> results = drills.out().lines().map(Json.MAPPER::readTree).toList();
    assertThat(results).hasSize(2);
    for (JsonNode result : results) {
      assertThat(result.path("held").asBoolean(false)).isTrue();
      for (String none : List.of("failed", "lost", "doubled")) {
        assertThat(result.path(none).asInt(-1)).as(none).isZero();
      }
    }
    mainstay.run("drill", "primary-pause", "--docker").failsSaying("cannot be held in containers");
    assertThatNothingEndedByItself();
  }

  /** A node's server may: Docker starts it again after a clone. */
  private static void assertThatNothingEndedByItself() throws IOException, InterruptedException {
    for (JsonNode container : stack.inspect()) {
      String name = container.path("Name").asString("");
      assertThat(container.path("State").path("OOMKilled").asBoolean(true)).as(name).isFalse();
      if (NODES.stream().noneMatch(name::contains)) {
        assertThat(container.path("RestartCount").asInt(-1)).as(name).isZero();
      }
    }
  }

  @Test
  @Order(10)
  void nothingOutlivesDownWithVolumes() throws IOException, InterruptedException {
    stack.compose("down", "--volumes", "--timeout", "10").succeeds();

    assertNothingIsLeft();
  }

  private static void assertNothingIsLeft() throws IOException, InterruptedException {
    String label = "label=com.docker.compose.project=mainstay-it-" + port;
    assertThat(Compose.docker("volume", "ls", "--quiet", "--filter", label).succeeds()).isEmpty();
    assertThat(Compose.docker("network", "ls", "--quiet", "--filter", label).succeeds()).isEmpty();
    assertThat(Compose.docker("ps", "--all", "--quiet", "--filter", label).succeeds()).isEmpty();
  }

  @Test
  @Order(11)
  void restoresADumpAndWritesWithANodeThatNeverStarts() throws IOException, InterruptedException {
    Compose two = stack.without("db-3", home.resolve("two.yml"));
    two.documented("docker compose up -d rt-1", home).succeeds();
    // Refused, with nothing changed, until db-1 is the primary.
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> two.documented("docker compose exec -T db-1", home).succeeds());
    two.compose("up", "--detach", "--wait").succeeds();

    assertThat(read(first, dumped)).isEqualTo("In the dump");
    String id = post(first, "With two of three").path("id").asString("");
    assertThat(read(first, id)).isEqualTo("With two of three");
    assertThat(stack.logs("rt-1")).contains("db-3 is UNREACHABLE");
    String status = mainstay.run("status").succeeds().out();
    assertThat(status).containsPattern("(?m)^db-3 +node .* absent ").contains("db-3: unknown host");
  }

  /**
   * One secret of each service that has some. What the others are called is looked at where that
   * costs no stack: MigrationIT, ControllerIT.
   */
  @Test
  @Order(12)
  void aWrongSecretIsNamedWithinAMinute() throws IOException, InterruptedException {
    overwriteSecrets(
        "controller/controller-password",
        "web-app/app-password",
        "gateway/admin-token",
        "node/mysql-root-password");
    stack.compose("restart", "--timeout", "5", "--no-deps", "db-2", "rt-2").succeeds();
    Compose.docker("restart", "-t", "5", stack.containers("web-app").getFirst()).succeeds();

    Compose.Result link = stack.compose("exec", "--no-TTY", "gw-1", "link");

    assertThat(link.exit()).isEqualTo(1);
    assertThat(link.out()).contains("another token than that of /run/secrets/admin-token");
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              first.get("");
              assertThat(stack.logs("rt-2")).contains("check mainstay.controller.password");
              assertThat(stack.logs("web-app")).contains("check mainstay.db.password");
              assertThat(stack.logs("gw-1"))
                  .contains("its token is not the one of mainstay.gateway.admin.token");
              assertThat(stack.logs("db-2"))
                  .contains("access denied for user root, check /run/secrets/mysql-root-password");
            });
  }

  private static void overwriteSecrets(String... files) throws IOException, InterruptedException {
    stack
        .compose(
            "run",
            "--rm",
            "--no-deps",
            "--entrypoint",
            "bash",
            "secrets",
            "-c",
            "cd /run/secrets; for file in %s; do echo wrong > $file; done"
                .formatted(String.join(" ", files)))
        .succeeds();
  }

  @Test
  @Order(13)
  void theCommandTakesAllOfItDown() throws IOException, InterruptedException {
    mainstay.run("down", "--wipe").succeeds();

    assertNothingIsLeft();
    mainstay.run("status").failsSaying("Nothing is up");
  }
}
