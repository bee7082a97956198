package dev.mainstay.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.db.Engine;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.web.testing.Site;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Backup and restore as docs/deploy.md has it, by the very scripts that a node's container holds: a
 * dump of a replica, read into a blank cluster. MySQL only, as in containers; it needs mysqldump
 * and mysql on the PATH.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@NullUnmarked
class BackupIT {

  private static final String TEXT = "It's \\ \"kept\" \uD83D\uDC18 \u4F60\u597D";

  @TempDir static Path folder;

  private static ReplicatedCluster lost;
  private static ReplicatedCluster blank;
  private static Site site;
  private static Path dump;
  private static String notice;

  private record Run(int exit, String err) {}

  @BeforeAll
  static void aBoardIsDumped() throws Exception {
    for (String program : List.of("mysqldump", "mysql")) {
      assumeTrue(isOnPath(program), "there is no " + program + " on the PATH");
    }
    lost = ReplicatedCluster.start(Engine.MYSQL, 2);
    site = Site.start("web-1", settings(lost, 200));
    notice = post(TEXT);
    lost.awaitInSync();
    dump = folder.resolve("board.sql");
    Run run = script("dump", lost, "db-2", null, dump);
    assertThat(run.exit()).as(run.err()).isZero();
    blank = ReplicatedCluster.start(Engine.MYSQL, 2);
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable started : Arrays.asList(site, blank, lost)) {
      if (started != null) {
        started.close();
      }
    }
  }

  @Test
  @Order(1)
  void aDumpEndsWithALineThatSaysSo() throws IOException {
    assertThat(Files.readAllLines(dump).getLast()).startsWith("-- Dump completed");
  }

  @Test
  @Order(2)
  void aReplicaIsRefused() throws Exception {
    Run run = script("restore", blank, "db-2", dump, null);

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("this node takes no writes: it is not the primary");
  }

  @Test
  @Order(3)
  void aClusterThatHoldsDataIsRefusedAndNotChanged() throws Exception {
    Map<String, String> before = checksums(lost, "db-1");

    Run run = script("restore", lost, "db-1", dump, null);

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .containsPattern("the cluster holds data, in table \\w+: nothing was changed");
    assertThat(checksums(lost, "db-1")).isEqualTo(before);
  }

  @Test
  @Order(4)
  void aBlankClusterHoldsTheSameAfterwardsOnEveryNode() throws Exception {
    Run run = script("restore", blank, "db-1", dump, null);

    assertThat(run.exit()).as(run.err()).isZero();
    blank.awaitInSync();
    Map<String, String> wanted = checksums(lost, "db-1");
    assertThat(wanted).containsKeys("notice", "comment", "idempotency", "flyway_schema_history");
    assertThat(checksums(blank, "db-1")).isEqualTo(wanted);
    assertThat(checksums(blank, "db-2")).isEqualTo(wanted);
  }

  @Test
  @Order(5)
  void theBoardReadsTheSameAndAPostOfThenIsNotDoneAgain() throws Exception {
    JsonNode then = site.get("/api/notices?size=100").json();
    site.close();
    site = Site.start("web-2", settings(blank, 0));

    assertThat(site.get("/api/notices?size=100").json()).isEqualTo(then);
    assertThat(post(TEXT)).isEqualTo(notice);
  }

  @Test
  @Order(6)
  void aDumpThatWasCutShortIsNotTakenForWhole() throws Exception {
    List<String> lines = Files.readAllLines(dump);
    Path cut = folder.resolve("cut.sql");
    Files.write(cut, lines.subList(0, lines.size() - 1));
    emptySchema(blank);

    Run run = script("restore", blank, "db-1", cut, null);

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("what is in the cluster now is a part of it");
  }

  private static Map<String, Object> settings(ReplicatedCluster cluster, int seeded) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("mainstay.db.nodes", String.join(",", cluster.nodes()));
    settings.put("mainstay.db.schema", ReplicatedCluster.SCHEMA);
    settings.put("mainstay.db.username", "app");
    settings.put("mainstay.db.password", cluster.password("app"));
    for (String account : List.of("migrate", "monitor")) {
      settings.put("mainstay.db." + account + ".password", cluster.password(account));
    }
    settings.put("mainstay.web.seed.notices", seeded);
    return settings;
  }

  /** The id of the notice; always under the same key. */
  private static String post(String text) {
    var answer =
        site.postJson(
            "/api/notices",
            Map.of("title", "Backup", "body", text, "author", "x"),
            "Idempotency-Key",
            new UUID(7, 7).toString());
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json().get("id").asString();
  }

  private static Map<String, String> checksums(ReplicatedCluster cluster, String node)
      throws SQLException {
    Map<String, String> checksums = new TreeMap<>();
    try (Connection connection = cluster.connect(node, "controller");
        var statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (var rows =
          statement.executeQuery(
              "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'mainstay'")) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      for (String table : tables) {
        try (var row = statement.executeQuery("CHECKSUM TABLE mainstay.`" + table + "`")) {
          row.next();
          checksums.put(table, row.getString(2));
        }
      }
    }
    return checksums;
  }

  private static void emptySchema(ReplicatedCluster cluster) throws SQLException {
    try (Connection connection = cluster.connect("db-1", "controller");
        var statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA mainstay");
      statement.execute("CREATE SCHEMA mainstay");
    }
  }

  private static Run script(
      String name, ReplicatedCluster cluster, String node, Path input, Path output)
      throws IOException, InterruptedException {
    Path err = folder.resolve(name + ".err");
    Process process =
        new ProcessBuilder(
                "bash",
                Path.of("..", "docker", "node", name).toString(),
                "--host=127.0.0.1",
                "--port=" + cluster.node(node).port(),
                "--user=controller",
                "--password=" + cluster.password("controller"))
            .redirectInput(input == null ? new File("/dev/null") : input.toFile())
            .redirectOutput(output == null ? new File("/dev/null") : output.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("%s ends", name).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Run(process.exitValue(), Files.readString(err));
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }
}
