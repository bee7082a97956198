package dev.mainstay.stack.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.StatementLog;
import dev.mainstay.db.local.testing.TestEngines;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Json;
import dev.mainstay.stack.process.PortCheck;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.remote.Controllers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/**
 * One stack, as the command brings it up, taken through everything that must hold of it: one
 * scenario after the other, because each start costs a minute of CPU. A class for each engine runs
 * them all.
 */
@Tag("end-to-end")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // The fields are set before the first test.
abstract class StackScenarios {

  private static final List<String> SERVERS = List.of("web-1", "web-2", "web-3");

  private Path folder;
  Command mainstay;
  Site site;
  int port;
  private Command.Result up;
  private Set<String> seenWhileItStarted;

  private final LocalEngine engine;

  StackScenarios(LocalEngine engine) {
    this.engine = engine;
  }

  @BeforeAll
  void comesUp() throws IOException, InterruptedException {
    TestEngines.require(engine);
    folder = Files.createTempDirectory("mainstay-it-").resolve("home");
    mainstay = new Command(folder);
    port = freePort(engine);
    site = new Site(port);
    Runtime.getRuntime().addShutdownHook(new Thread(this::leaveNothingBehind));
    try (Arguments arguments = new Arguments()) {
      up =
          mainstay.run(
              "up",
              "--detach",
              "--db",
              name(engine),
              "--web",
              "3",
              "--port",
              String.valueOf(port),
              "--json");
      seenWhileItStarted = arguments.seen();
    }
    up.succeeds();
  }

  @AfterAll
  void goesDown() {
    leaveNothingBehind();
  }

  private void leaveNothingBehind() {
    if (folder != null && Files.exists(folder.resolveSibling(""))) {
      try {
        if (Files.exists(folder)) {
          mainstay.run("down", "--wipe");
        }
        deleteAll(folder.resolveSibling(""));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static String name(LocalEngine engine) {
    return engine.name().toLowerCase(Locale.ROOT);
  }

  /**
   * A site's port at which the whole stack finds its ports free, below those of outgoing
   * connections. All of its ports end in 0 to 3, or in 5 to 8, so the stacks of both engines never
   * want the same.
   */
  private static int freePort(LocalEngine engine) {
    for (int attempt = 0; attempt < 100; attempt++) {
      int candidate =
          10 * ThreadLocalRandom.current().nextInt(2_000, 3_000)
              + (engine == LocalEngine.MYSQL ? 0 : 5);
      if (ports(candidate).allMatch(PortCheck::isFree)) {
        return candidate;
      }
    }
    throw new IllegalStateException("no free ports");
  }

  private static Stream<Integer> ports(int site) {
    return IntStream.of(0, 1010, 1011, 21, 22, 23, 1221, 1222, -4769, -4768, -4767)
        .map(shift -> site + shift)
        .boxed();
  }

  JsonNode status() throws IOException, InterruptedException {
    return mainstay.run("status", "--json").json();
  }

  private static JsonNode process(JsonNode status, String name) {
    return status
        .path("processes")
        .valueStream()
        .filter(process -> process.path("name").asString("").equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Optional<JsonNode> server(String id) throws IOException, InterruptedException {
    return site.pools()
        .path(0)
        .path("servers")
        .valueStream()
        .filter(server -> server.path("id").asString("").equals(id))
        .findFirst();
  }

  private boolean isUp(String id) throws IOException, InterruptedException {
    return server(id).filter(server -> server.path("health").asString("").equals("UP")).isPresent();
  }

  private String primary() throws IOException, InterruptedException {
    return status()
        .path("topology")
        .path("nodes")
        .valueStream()
        .filter(node -> node.path("role").asString("").equals("PRIMARY"))
        .map(node -> node.path("id").asString(""))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> nodes() {
    return List.of("db-1", "db-2", "db-3");
  }

  private Connection connect(String node) throws SQLException {
    return connect(node, "app", "application");
  }

  private Connection connect(String node, String account, String secret) throws SQLException {
    int number = Integer.parseInt(node.substring(3));
    String password = Home.read(folder.resolve("secrets").resolve(secret)).orElseThrow().strip();
    return DriverManager.getConnection(
        "jdbc:mysql://127.0.0.1:%d/mainstay?allowPublicKeyRetrieval=true&sslMode=PREFERRED"
            .formatted(port - 4769 + number - 1),
        account,
        password);
  }

  @Test
  @Order(1)
  void cleanUpServesAPage() throws IOException, InterruptedException {
    up.succeeds();

    var page = site.get("");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("<html");
    assertThat(page.headers().firstValue("X-Served-By").orElse("")).isIn(SERVERS);
  }

  @Test
  @Order(2)
  void statusSaysWhatTheContractSays() throws IOException, InterruptedException {
    JsonNode status = status();

    assertThat(status.path("site").asString("")).isEqualTo("http://127.0.0.1:%d/".formatted(port));
    assertThat(status.path("admin").asString(""))
        .isEqualTo("http://127.0.0.1:%d/".formatted(port + 1010));
    assertThat(
            status
                .path("processes")
                .valueStream()
                .map(process -> process.path("name").asString("")))
        .containsExactly(
            "supervisor",
            "db-1",
            "db-2",
            "db-3",
            "rt-1",
            "rt-2",
            "web-1",
            "web-2",
            "web-3",
            "gw-1");
    assertThat(status.path("processes").valueStream())
        .allSatisfy(
            process -> {
              assertThat(process.propertyNames())
                  .containsExactlyInAnyOrder("name", "role", "pid", "port", "state", "rssBytes");
              assertThat(process.path("state").asString("")).isEqualTo("running");
              assertThat(process.path("rssBytes").asLong(0)).isPositive();
            });
    assertThat(status.path("pools").path(0).path("name").asString("")).isEqualTo("web-app");
    assertThat(
            status
                .path("pools")
                .path(0)
                .path("servers")
                .valueStream()
                .map(server -> server.path("id").asString("")))
        .containsExactlyElementsOf(SERVERS);
    JsonNode topology = status.path("topology");
    assertThat(topology.path("engine").asString("").toLowerCase(Locale.ROOT))
        .isEqualTo(name(engine));
    assertThat(topology.path("epoch").asLong(0)).isPositive();
    assertThat(topology.path("nodes").valueStream())
        .hasSize(3)
        .allSatisfy(
            node ->
                assertThat(node.propertyNames())
                    .containsExactlyInAnyOrder(
                        "id", "role", "writable", "lagMillis", "gtid", "port", "why"));
    assertThat(topology.path("nodes").valueStream().map(node -> node.path("role").asString("")))
        .containsExactlyInAnyOrder("PRIMARY", "REPLICA", "REPLICA");
  }

  @Test
  @Order(3)
  void residentMemoryStaysWithinItsBound() throws IOException, InterruptedException {
    JsonNode status = status();
    long all =
        status
            .path("processes")
            .valueStream()
            .mapToLong(process -> process.path("rssBytes").asLong(0))
            .sum();

    // The bound is for the stack as it comes, with two web-apps.
    long standard = all - process(status, "web-3").path("rssBytes").asLong(0);
    System.out.printf("resident: %d MiB with %s%n", standard >> 20, name(engine));
    assertThat(standard).isLessThan(5L << 29);
  }

  @Test
  @Order(4)
  void noticePostedThroughWeb1ReachesBothReplicasAndTheGtidsAreEqual()
      throws IOException, InterruptedException {
    var posted = new Site(port + 21).post(UUID.randomUUID(), "Reaches every node");
    assertThat(posted.statusCode()).isEqualTo(201);

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              for (String node : nodes()) {
                assertThat(titles(node)).as("on %s", node).contains("Reaches every node");
              }
            });
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              List<String> positions =
                  status()
                      .path("topology")
                      .path("nodes")
                      .valueStream()
                      .map(node -> node.path("gtid").asString(""))
                      .toList();
              assertThat(positions).hasSameSizeAs(nodes()).doesNotContain("");
              assertThat(Set.copyOf(positions)).hasSize(1);
            });
  }

  private Set<String> titles(String node) throws SQLException {
    Set<String> titles = new TreeSet<>();
    try (Connection connection = connect(node);
        var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT title FROM notice")) {
      while (rows.next()) {
        titles.add(rows.getString(1));
      }
    }
    return titles;
  }

  /** Something that is done to the site. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  /**
   * Which statements on the board's tables each node executed for the application's account
   * meanwhile, by the nodes' own logs. Whoever else asks has another account, and what a replica
   * applies has none.
   */
  private Map<String, List<String>> statementsFor(Work work)
      throws IOException, InterruptedException, SQLException {
    Map<String, List<String>> before = statements();
    work.run();
    Map<String, List<String>> all = statements();
    all.replaceAll(
        (node, sent) -> sent.subList(before.getOrDefault(node, List.of()).size(), sent.size()));
    return all;
  }

  private Map<String, List<String>> statements() throws IOException, SQLException {
    List<String> tables = List.of("notice", "comment", "idempotency");
    Map<String, List<String>> statements = new TreeMap<>();
    for (String node : nodes()) {
      Path data = folder.resolve("data").resolve(node).resolve("data");
      try (Connection connection = connect(node, "controller", "controller")) {
        statements.put(node, StatementLog.of(engine, connection, data, "app", tables));
      }
    }
    return statements;
  }

  /**
   * From now on. MySQL's controller may switch the log on; MariaDB's may not, so each node gets it
   * by a restart, the primary last, which hands over its office first.
   */
  private void haveStatementsLogged() throws IOException, InterruptedException, SQLException {
    List<String> primaryLast = new ArrayList<>(nodes());
    primaryLast.remove(primary());
    primaryLast.add(primary());
    for (String node : primaryLast) {
      switch (engine) {
        case MYSQL -> {
          for (String option : StatementLog.options(engine)) {
            set(node, option);
          }
        }
        case MARIADB -> {
          Path options = folder.resolve("data").resolve(node).resolve("my.cnf");
          Files.write(options, StatementLog.options(engine), StandardOpenOption.APPEND);
          mainstay.run("restart", node).succeeds();
        }
      }
    }
    if (engine == LocalEngine.MARIADB) {
      assertThat(primary()).isNotEqualTo(primaryLast.getLast());
    }
    for (int web = 1; web <= SERVERS.size(); web++) {
      Site one = new Site(port + 20 + web);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> one.whoami().path("read").path("role").asString("").equals("REPLICA"));
    }
  }

  private void set(String node, String option) throws SQLException {
    try (Connection connection = connect(node, "controller", "controller");
        var statement = connection.createStatement()) {
      statement.execute("SET GLOBAL " + option);
    }
  }

  @Test
  @Order(5)
  void postsRunOnlyOnThePrimaryAndTheBoardsReadsOnlyOnTheReplicas()
      throws IOException, InterruptedException, SQLException {
    haveStatementsLogged();
    String primary = primary();
    List<String> replicas = nodes().stream().filter(node -> !node.equals(primary)).toList();
    int times = 40;
    List<String> paths = new ArrayList<>(List.of("", "?page=1", "?q=counted", "api/notices"));

    Map<String, List<String>> posting =
        statementsFor(
            () -> {
              for (int post = 0; post < times; post++) {
                var posted = site.post(UUID.randomUUID(), "Counted " + post);
                assertThat(posted.statusCode()).isEqualTo(201);
                if (post == 0) {
                  String api = posted.headers().firstValue("Location").orElseThrow().substring(1);
                  paths.add(api);
                  paths.add(api.substring("api/".length()));
                }
              }
            });

    assertThat(posting.get(primary))
        .filteredOn(sent -> sent.startsWith("insert into notice"))
        .hasSize(times);
    assertThat(replicas).allSatisfy(node -> assertThat(posting.get(node)).as(node).isEmpty());

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              for (String node : replicas) {
                assertThat(titles(node)).contains("Counted " + (times - 1));
              }
            });
    Map<String, List<String>> reading =
        statementsFor(
            () -> {
              for (int read = 0; read < times; read++) {
                for (String path : paths) {
                  assertThat(site.get(path).statusCode()).as(path).isEqualTo(200);
                }
              }
            });

    assertThat(reading.get(primary)).isEmpty();
    assertThat(replicas)
        .allSatisfy(
            node ->
                assertThat(reading.get(node))
                    .as(node)
                    .isNotEmpty()
                    .allMatch(sent -> sent.startsWith("select")));
    assertThat(reading.values().stream().mapToInt(List::size).sum())
        .isGreaterThanOrEqualTo(times * paths.size());
    if (engine == LocalEngine.MYSQL) {
      for (String node : nodes()) {
        set(node, "general_log=OFF");
      }
    }
  }

  @Test
  @Order(7)
  void weightsGiveTheSmoothRotationAndAnExactShare() throws IOException, InterruptedException {
    mainstay.run("weight", "web-1", "5").succeeds();
    mainstay.run("weight", "web-2", "1").succeeds();
    mainstay.run("weight", "web-3", "1").succeeds();
    // One that came up a moment ago takes its weight within the pool's slow start of 10 s.
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> server("web-1").orElseThrow().path("effectiveWeight").asInt(0) == 5);

    StringBuilder order = new StringBuilder();
    for (int request = 0; request < 14; request++) {
      order.append("ABC".charAt(SERVERS.indexOf(site.servedBy())));
    }
    assertThat("AABACAAAABACAAAABACAA".concat("AABACAA")).contains(order);

    Map<String, Integer> shares = new HashMap<>();
    for (int request = 0; request < 1000; request++) {
      shares.merge(site.servedBy(), 1, Integer::sum);
    }
    assertThat(shares.get("web-1")).isBetween(714, 715);
    assertThat(shares.get("web-2")).isBetween(142, 143);
    assertThat(shares.get("web-3")).isBetween(142, 143);
  }

  @Test
  @Order(8)
  void weightsSetWhileTrafficRunsTakeEffectAtOnceAndFailNothing()
      throws IOException, InterruptedException {
    try (Site.Load load = site.load(4)) {
      mainstay.run("weight", "web-1", "0").succeeds();
      long before = server("web-1").orElseThrow().path("requests").asLong(0);
      int answered = load.answered();
      await().until(() -> load.answered() > answered + 100);

      assertThat(server("web-1").orElseThrow().path("requests").asLong(-1)).isEqualTo(before);
      mainstay.run("drain", "web-2").succeeds();
      long drained = server("web-2").orElseThrow().path("requests").asLong(0);
      int further = load.answered();
      await().until(() -> load.answered() > further + 100);

      assertThat(server("web-2").orElseThrow().path("requests").asLong(-1)).isEqualTo(drained);

      mainstay.run("ready", "web-2").succeeds();
      mainstay.run("weight", "web-1", "20").succeeds();
      mainstay.run("weight", "web-2", "60").succeeds();
      mainstay.run("weight", "web-3", "20").succeeds();
      // Web-2 has its whole weight again when its slow start of 10 s is over.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> server("web-2").orElseThrow().path("effectiveWeight").asInt(0) == 60);
      Map<String, Long> from = requests();
      await().atMost(Duration.ofSeconds(30)).until(() -> total(requests()) >= total(from) + 500);
      Map<String, Long> to = requests();
      long picks = total(to) - total(from);
      // Of the rotation alone no server is further from its share than one round; each request that
      // is
      // sent while the three are counted may be one more.
      for (String id : SERVERS) {
        assertThat(to.getOrDefault(id, -1L) - from.getOrDefault(id, -1L))
            .as("%s of %d", id, picks)
            .isCloseTo(Math.round(picks * (id.equals("web-2") ? 0.6 : 0.2)), within(8L));
      }
      assertThat(load.end()).isEmpty();
    }
    for (String id : SERVERS) {
      mainstay.run("weight", id, "100").succeeds();
    }
  }

  private Map<String, Long> requests() throws IOException, InterruptedException {
    Map<String, Long> requests = new TreeMap<>();
    for (JsonNode server : site.pools().path(0).path("servers")) {
      requests.put(server.path("id").asString(""), server.path("requests").asLong(-1));
    }
    return requests;
  }

  private static long total(Map<String, Long> requests) {
    return requests.values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  @Order(9)
  void killedWebAppFailsNoReadAndComesBack() throws IOException, InterruptedException {
    long pid = process(status(), "web-1").path("pid").asLong();
    try (Site.Load load = site.load(4)) {
      await().until(() -> load.answered() > 50);
      mainstay.run("kill", "web-1").succeeds();
      await().atMost(Duration.ofSeconds(30)).until(() -> !isUp("web-1"));
      await().atMost(Duration.ofSeconds(90)).until(() -> isUp("web-1"));
      long before = server("web-1").orElseThrow().path("requests").asLong(0);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> server("web-1").orElseThrow().path("requests").asLong(0) > before);

      assertThat(load.end()).isEmpty();
    }
    assertThat(process(status(), "web-1").path("pid").asLong()).isNotEqualTo(pid);
  }

  @Test
  @Order(10)
  void killedReplicaLeavesTheBoardUpAndRejoins() throws IOException, InterruptedException {
    String replica =
        nodes().stream().filter(node -> !node.equals(primaryUnchecked())).findFirst().orElseThrow();
    try (Site.Load load = site.load(2)) {
      mainstay.run("kill", replica, "--for", "5s").succeeds();
      await().atMost(Duration.ofSeconds(15)).until(() -> roleOf(replica).equals("UNREACHABLE"));
      assertThat(site.post(UUID.randomUUID(), "While a replica is down").statusCode())
          .isEqualTo(201);
      await().atMost(Duration.ofSeconds(60)).until(() -> roleOf(replica).equals("REPLICA"));

      assertThat(load.end()).isEmpty();
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> titles(replica).contains("While a replica is down"));
  }

  private String primaryUnchecked() {
    try {
      return primary();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** As the controllers tell it; a command would take longer than the fault lasts. */
  private String roleOf(String node) {
    return new Controllers(new Options(3, 1, 2, 2, Options.Database.AUTO, port, 0))
        .topology().stream()
            .flatMap(topology -> topology.path("nodes").valueStream())
            .filter(one -> one.path("id").asString("").equals(node))
            .map(one -> one.path("role").asString(""))
            .findFirst()
            .orElse("");
  }

  @Test
  @Order(11)
  void changesOfThePrimaryPlannedOrNotKeepTheirPromises() throws IOException, InterruptedException {
    List<JsonNode> results = holdsDrills("switchover", "primary-kill", "second-failure");
    assertThat(results.get(1).path("promoteMillis").isNumber()).isTrue();
  }

  private List<JsonNode> holdsDrills(String... names) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("drill"));
    command.addAll(List.of(names));
    command.addAll(
        List.of(
            "--here",
            "--times",
            "1",
            "--before",
            "3",
            "--after",
            "8",
            "--lenient-times",
            "--json"));
    Command.Result drills = mainstay.run(command.toArray(String[]::new));

    System.out.printf("drills with %s:%n%s", name(engine), drills.out());
    drills.succeeds();
    List<JsonNode> results = drills.out().lines().map(Json.MAPPER::readTree).toList();
    assertThat(results)
        .extracting(result -> result.path("drill").asString(""))
        .containsExactly(names);
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.path("held").asBoolean(false)).isTrue();
              assertThat(result.path("requests").asInt(0)).isPositive();
              for (String none : List.of("failed", "lost", "doubled")) {
                assertThat(result.path(none).asInt(-1)).as(none).isZero();
              }
            });
    return results;
  }

  @Test
  @Order(12)
  void pausedProcessIsShownAndGoesOn() throws IOException, InterruptedException {
    mainstay.run("pause", "web-3").succeeds();
    assertThat(process(status(), "web-3").path("state").asString("")).isEqualTo("paused");

    mainstay.run("resume", "web-3").succeeds();
    assertThat(process(status(), "web-3").path("state").asString("")).isEqualTo("running");
    await().atMost(Duration.ofSeconds(30)).until(() -> isUp("web-3"));
  }

  @Test
  @Order(13)
  void wrongInputIsRefusedAndChangesNothing()
      throws IOException, InterruptedException, SQLException {
    JsonNode before = site.pools().path(0).path("servers").path(0).path("weight");
    JsonNode processes = status().path("processes");
    long notices = posts();

    mainstay.run("weight", "web-1", "257").failsSaying("257", "0-256");
    mainstay.run("weight", "web-1", "-1").failsSaying("-1", "0-256");
    mainstay.run("weight", "web-1", "x").failsSaying("x", "0-256");
    mainstay.run("weight", "web-9", "1").failsSaying("web-9", "web-1, web-2, web-3");
    mainstay.run("mode", "passive").failsSaying("passive", "active-active or active-passive");
    mainstay.run("kill", "db-9").failsSaying("db-9", "db-1");
    mainstay.run("logs", "../secrets/admin-token").failsSaying("There is no log");
    mainstay.run("up", "--port", String.valueOf(port)).failsSaying("already up", "down");
    mainstay.run("up", "--detach").failsSaying("already up", "down");
    assertThat(pids(status().path("processes"))).isEqualTo(pids(processes));

    String token =
        "Bearer " + Home.read(folder.resolve("secrets/admin-token")).orElseThrow().strip();
    String web = "api/pools/web-app/servers/web-1";
    assertThat(site.admin("PATCH", web, "{\"weight\":7}").statusCode()).isEqualTo(401);
    assertThat(
            site.admin("PATCH", web, "{\"weight\":7}", "Authorization", "Bearer wrong")
                .statusCode())
        .isEqualTo(401);
    assertThat(site.admin("PATCH", web, "{\"weight\":", "Authorization", token).statusCode())
        .isEqualTo(400);
    assertThat(site.admin("PATCH", web, "{\"weight\":257}", "Authorization", token).statusCode())
        .isEqualTo(400);
    assertThat(
            site.admin(
                    "PATCH",
                    "api/pools/none/servers/web-1",
                    "{\"weight\":7}",
                    "Authorization",
                    token)
                .statusCode())
        .isEqualTo(404);
    assertThat(site.pools().path(0).path("servers").path(0).path("weight")).isEqualTo(before);

    UUID key = UUID.randomUUID();
    var posted = site.post(key, "<b>Bold</b> 🎈");
    assertThat(posted.statusCode()).isEqualTo(201);
    assertThat(site.post(key, "<b>Bold</b> 🎈").body()).isEqualTo(posted.body());
    assertThat(site.post(key, "Another").statusCode()).isEqualTo(422);
    assertThat(site.post(UUID.randomUUID(), "x".repeat(10 << 20)).statusCode()).isEqualTo(413);
    assertThat(site.get("actuator/prometheus").statusCode()).isEqualTo(404);
    for (String page : List.of("-1", "1000000000")) {
      for (String path : List.of("?page=", "api/notices?page=")) {
        var refused = site.get(path + page);
        assertThat(refused.statusCode()).as(path + page).isEqualTo(400);
        assertThat(refused.body()).contains("page is %s (expected: 0-".formatted(page));
      }
    }
    assertThat(posts()).isEqualTo(notices + 1);
    await()
        .untilAsserted(
            () ->
                assertThat(site.get("").body())
                    .contains("&lt;b&gt;Bold&lt;/b&gt; 🎈")
                    .doesNotContain("<b>Bold"));
  }

  /** On the primary. */
  private long posts() throws IOException, InterruptedException, SQLException {
    try (Connection connection = connect(primary());
        var statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM notice")) {
      assertThat(row.next()).isTrue();
      return row.getLong(1);
    }
  }

  private static Map<String, Long> pids(JsonNode processes) {
    Map<String, Long> pids = new TreeMap<>();
    processes.forEach(
        process -> pids.put(process.path("name").asString(""), process.path("pid").asLong(-1)));
    return pids;
  }

  @Test
  @Order(14)
  void takenPortIsNamedWithItsOwnerAndTheOption() throws IOException, InterruptedException {
    Path anothers = folder.resolveSibling("another");
    Command another = new Command(anothers);

    try {
      another
          .run("up", "--detach", "--db", name(engine), "--port", String.valueOf(port))
          .failsSaying("Port %d".formatted(port - 4769), "db-1", "pid ", "--port");
      assertThat(anothers).doesNotExist();
      another.run("status").failsSaying("Nothing is up");
    } finally {
      another.run("down", "--wipe");
    }
  }

  @Test
  @Order(14)
  void folderThatCannotBeWrittenAndMysqlThatIsTooOldAreNamedAndNothingIsLeftBehind()
      throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolveSibling("file"), "not a folder");
    String free = String.valueOf(freePort(engine));
    for (String detach : List.of("--detach", "--json")) {
      new Command(file.resolve("home"))
          .run("up", detach, "--port", free)
          .failsSaying("The folder %s cannot be written".formatted(file.resolve("home")), "--home");
    }
    assertThat(file).hasContent("not a folder");

    Path old = Files.createDirectories(folder.resolveSibling("old").resolve("bin"));
    Path program = Files.writeString(old.resolve("mysqld"), "#!/bin/sh\necho mysqld Ver 8.0.36\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Path anothers = folder.resolveSibling("another");
    new Command(anothers, Map.of("MAINSTAY_MYSQL_HOME", old.resolveSibling("").toString()))
        .run("up", "--detach", "--db", "mysql", "--port", free)
        .failsSaying(
            "MAINSTAY_MYSQL_HOME names an installation of which",
            "is MySQL 8.0.36 (needed: MySQL 8.4 or newer)");
    assertThat(anothers).doesNotExist();
  }

  @Test
  @Order(15)
  void killedSupervisorLeavesTheStackServingAndTheNextAdoptsIt()
      throws IOException, InterruptedException {
    mainstay.run("maint", "web-3").succeeds();
    JsonNode before = status();
    kill(process(before, "supervisor").path("pid").asLong());

    assertThat(site.get("").statusCode()).isEqualTo(200);
    JsonNode orphaned = status();
    assertThat(process(orphaned, "supervisor").path("state").asString("")).isEqualTo("dead");
    assertThat(process(orphaned, "gw-1").path("state").asString("")).isEqualTo("running");
    mainstay.run("kill", "web-2").succeeds();
    assertThat(site.get("").statusCode()).isEqualTo(200);

    mainstay
        .run("up", "--detach", "--db", name(engine), "--web", "3", "--port", String.valueOf(port))
        .succeeds();

    JsonNode after = status();
    for (String kept : List.of("db-1", "db-2", "db-3", "rt-1", "rt-2", "web-1", "web-3", "gw-1")) {
      assertThat(process(after, kept).path("pid"))
          .as(kept)
          .isEqualTo(process(before, kept).path("pid"));
    }
    mainstay.run("ready", "web-3").succeeds();
    assertThat(process(after, "web-2").path("pid"))
        .isNotEqualTo(process(before, "web-2").path("pid"));
  }

  private static void kill(long pid) throws InterruptedException {
    ProcessHandle handle = ProcessHandle.of(pid).orElseThrow();
    assertThat(handle.destroyForcibly()).isTrue();
    await().until(() -> !handle.isAlive());
  }

  @Test
  @Order(16)
  void noSecretIsInArgumentsEnvironmentOrLogs() throws IOException, InterruptedException {
    List<String> secrets = new ArrayList<>();
    for (Path file : list(folder.resolve("secrets"))) {
      secrets.add(Files.readString(file).strip());
    }
    assertThat(secrets).hasSizeGreaterThanOrEqualTo(6).allMatch(secret -> secret.length() >= 24);

    List<String> texts = new ArrayList<>(seenWhileItStarted);
    assertThat(texts).anyMatch(text -> text.contains("mysqld") || text.contains("mariadbd"));
    for (String program :
        List.of("programs/web-app-", "programs/gateway-", "programs/controller-")) {
      assertThat(texts)
          .as("%s starts with its cache", program)
          .anyMatch(text -> text.contains(program) && text.contains("-XX:AOTCache="));
    }
    try (Arguments arguments = new Arguments()) {
      for (String name : List.of("db-2", "rt-2", "web-3")) {
        mainstay.run("restart", name).succeeds();
      }
      mainstay.run("link").succeeds();
      texts.addAll(arguments.seen());
    }
    for (JsonNode process : status().path("processes")) {
      Path proc = Path.of("/proc", String.valueOf(process.path("pid").asLong()));
      for (String file : List.of("cmdline", "environ")) {
        if (Files.isReadable(proc.resolve(file))) {
          texts.add(
              new String(Files.readAllBytes(proc.resolve(file)), StandardCharsets.ISO_8859_1));
        }
      }
    }
    for (Path log : list(folder.resolve("logs"))) {
      texts.add(Files.readString(log, StandardCharsets.ISO_8859_1));
    }
    texts.add(Files.readString(folder.resolve("run/state.json")));

    assertThat(texts).allSatisfy(text -> assertThat(secrets).noneMatch(text::contains));
    assertThat(texts).noneMatch(text -> text.contains("?code="));
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  @Order(17)
  void linkOpensTheDashboardOnce() throws IOException, InterruptedException {
    String link = mainstay.run("link").succeeds().out().strip();

    assertThat(link).startsWith("http://127.0.0.1:%d/?code=".formatted(port + 1010));
  }

  @Test
  @Order(18)
  void restartedGatewayServesWhenTheCommandReturnsAndIsAsItWasLeft()
      throws IOException, InterruptedException {
    mainstay.run("weight", "web-1", "7").succeeds();
    mainstay.run("maint", "web-3").succeeds();
    JsonNode pid = process(status(), "gw-1").path("pid");

    mainstay.run("restart", "gw-1").succeeds();

    assertThat(site.get("").statusCode()).isEqualTo(200);
    assertThat(process(status(), "gw-1").path("pid")).isNotEqualTo(pid);
    assertThat(server("web-1").orElseThrow().path("weight").asInt()).isEqualTo(7);
    assertThat(server("web-3").orElseThrow().path("state").asString("")).isEqualTo("MAINT");
  }

  @Test
  @Order(19)
  void downLeavesNoProcessAndNoListeningPortThoughTheSupervisorIsDead()
      throws IOException, InterruptedException {
    List<Long> pids =
        status()
            .path("processes")
            .valueStream()
            .map(process -> process.path("pid").asLong())
            .toList();
    kill(process(status(), "supervisor").path("pid").asLong());

    mainstay.run("down").succeeds();

    ProcessTable table = ProcessTable.ofThisMachine();
    assertThat(pids).noneMatch(pid -> table.look(pid).isPresent());
    assertThat(ports(port)).allMatch(PortCheck::isFree);
    mainstay.run("down").failsSaying("Nothing is up", "mainstay up");
    mainstay.run("status").failsSaying("Nothing is up");
  }

  private static final Duration FIVE_TIMES_WARM = Duration.ofSeconds(150);

  @Test
  @Order(20)
  void homeOfTheOtherEngineOrAnotherVersionIsRefused() throws IOException, InterruptedException {
    Path record = folder.resolve("home.json");
    String made = Files.readString(record);
    String other = engine == LocalEngine.MYSQL ? "mariadb" : "mysql";
    mainstay
        .run("up", "--db", other, "--port", String.valueOf(port))
        .failsSaying("holds data of", "--db " + name(engine));
    assertThat(record).hasContent(made);
    assertThat(ports(port)).allMatch(PortCheck::isFree);

    Home.write(
        record,
        Json.MAPPER.writeValueAsString(
            Map.of("format", 99, "engine", name(engine), "engineVersion", "9.0.0")));
    mainstay
        .run("up", "--port", String.valueOf(port))
        .failsSaying("another version of Mainstay", "99");
    assertThat(Files.readString(record)).contains("99");
    assertThat(ports(port)).allMatch(PortCheck::isFree);
    Home.write(record, made);
  }

  @Test
  @Order(21)
  void downEndsAStackThatIsStillComingUp() throws IOException, InterruptedException {
    try (ExecutorService aside = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Command.Result> starting =
          aside.submit(() -> mainstay.run("up", "--detach", "--port", String.valueOf(port)));
      await().atMost(Duration.ofSeconds(30)).until(() -> mainstay.run("status").exit() == 0);

      mainstay.run("down").succeeds();

      await().atMost(Duration.ofSeconds(10)).until(starting::isDone);
      assertThat(starting.resultNow().exit()).isPositive();
    }
    assertThat(ports(port)).allMatch(PortCheck::isFree);
    mainstay.run("down").failsSaying("Nothing is up");
  }

  @Test
  @Order(22)
  void secondUpShowsTheSameNotices() throws IOException, InterruptedException {
    long begun = System.nanoTime();
    upWithTwoGateways();
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    System.out.printf("warm up with %s: %.1f s%n", name(engine), took.toMillis() / 1e3);
    assertThat(took).as("promised: 30 s; the machine has other work").isLessThan(FIVE_TIMES_WARM);

    assertThat(site.get("api/notices?q=Reaches").body()).contains("Reaches every node");
    // Unlike a restart, a new start begins as configured.
    assertThat(server("web-1").orElseThrow().path("weight").asInt()).isEqualTo(100);
  }

  private void upWithTwoGateways() throws IOException, InterruptedException {
    mainstay
        .run(
            "up",
            "--detach",
            "--web",
            "2",
            "--controllers",
            "1",
            "--gateways",
            "2",
            "--port",
            String.valueOf(port))
        .succeeds();
  }

  @Test
  @Order(23)
  void twoGatewaysShareTheSitesPortObeyAsOneAndOneGoesOnAlone()
      throws IOException, InterruptedException {
    List<String> gateways = List.of("gw-1", "gw-2");
    JsonNode status = status();
    for (String gateway : gateways) {
      assertThat(process(status, gateway).path("port").asInt()).isEqualTo(port);
      assertThat(process(status, gateway).path("state").asString("")).isEqualTo("running");
    }
    assertThat(status.path("pools").valueStream())
        .extracting(pool -> pool.path("gateway").asString(""))
        .isEqualTo(gateways);
    awaitBothServe();

    String token =
        "Bearer " + Home.read(folder.resolve("secrets/admin-token")).orElseThrow().strip();
    assertThat(
            site.admin(
                    "PATCH",
                    "api/pools/web-app/servers/web-1",
                    "{\"weight\":11}",
                    "Authorization",
                    token)
                .statusCode())
        .isEqualTo(200);
    await().untilAsserted(() -> assertThat(onEachGateway("weight")).containsExactly("11", "11"));

    mainstay.run("weight", "web-1", "7").succeeds();
    assertThat(onEachGateway("weight")).containsExactly("7", "7");
    mainstay.run("drain", "web-1").succeeds();
    assertThat(onEachGateway("state")).containsExactly("DRAIN", "DRAIN");
    mainstay.run("ready", "web-1").succeeds();
    assertThat(onEachGateway("state")).containsExactly("READY", "READY");
    for (String mode : List.of("active-passive", "active-active")) {
      mainstay.run("mode", mode).succeeds();
      assertThat(status().path("pools").valueStream())
          .extracting(pool -> pool.path("mode").asString(""))
          .containsExactly(mode, mode);
    }

    if (engine == LocalEngine.MARIADB) { // Once is enough: gateways know of no engine.
      holdsDrills("web-kill", "rolling-restart");
      // The drills have restarted both.
      oneGoesOnAloneAndTheOtherIsBroughtBackBesideIt(status());
    }

    List<Long> pids =
        status().path("processes").valueStream().map(one -> one.path("pid").asLong()).toList();
    mainstay.run("down", "--wipe").succeeds();
    ProcessTable table = ProcessTable.ofThisMachine();
    assertThat(pids).noneMatch(pid -> table.look(pid).isPresent());
    assertThat(folder).doesNotExist();
    assertThat(ports(port)).allMatch(PortCheck::isFree);
  }

  private void oneGoesOnAloneAndTheOtherIsBroughtBackBesideIt(JsonNode before)
      throws IOException, InterruptedException {
    // Nobody starts the killed one again as long as there is no supervisor.
    kill(process(before, "supervisor").path("pid").asLong());
    mainstay.run("kill", "gw-1").succeeds();
    for (int connection = 0; connection < 20; connection++) {
      assertThat(site.gatewayOfANewConnection()).isEqualTo("gw-2");
    }
    mainstay.run("weight", "web-1", "9").failsSaying("gw-1 does not answer", "nothing was changed");
    assertThat(onEachGateway("weight")).containsExactly("7");

    upWithTwoGateways();
    assertThat(process(status(), "gw-2").path("pid"))
        .isEqualTo(process(before, "gw-2").path("pid"));
    awaitBothServe();
    assertThat(onEachGateway("weight")).containsExactly("7", "7");
  }

  /** The system gives new connections to both, by chance. */
  private void awaitBothServe() {
    Set<String> seen = new TreeSet<>();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              seen.add(site.gatewayOfANewConnection());
              return seen.equals(Set.of("gw-1", "gw-2"));
            });
  }

  /** A fact of web-1 as each gateway that answers has it. */
  private List<String> onEachGateway(String fact) throws IOException, InterruptedException {
    return status()
        .path("pools")
        .valueStream()
        .map(pool -> pool.path("servers").path(0).path(fact).asString(""))
        .toList();
  }
}
