package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.engine.EngineSql;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.router.board.Board;
import dev.mainstay.db.router.board.BoardApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** A start on a schema that nobody has migrated yet, and starts that cannot migrate it. */
@EachEngine
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("NullAway.Init") // what is static is started before the first test of the class
class MigrationIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static ReplicatedCluster cluster;

  private final Engine engine;

  MigrationIT(LocalEngine engine) {
    this.engine = Engine.valueOf(engine.name());
  }

  @BeforeParameterizedClassInvocation
  static void start(LocalEngine engine) {
    cluster = ReplicatedCluster.startLogged(Engine.valueOf(engine.name()), 2);
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("mainstay.db.schema", ReplicatedCluster.SCHEMA);
    settings.put("mainstay.db.username", "app");
    settings.put("mainstay.db.password", cluster.password("app"));
    settings.put("mainstay.db.migrate.password", cluster.password("migrate"));
    settings.put("mainstay.db.migrate.patience", "1s");
    settings.put("mainstay.db.monitor.password", cluster.password("monitor"));
    settings.put("mainstay.db.monitor.interval", "200ms");
    return settings;
  }

  @BeforeEach
  void nobodyHasMigrated() throws SQLException {
    cluster.awaitInPlace();
    try (Connection connection = cluster.connect("db-1", "migrate");
        Statement statement = connection.createStatement()) {
      statement.execute("drop table if exists mainstay.notice");
      statement.execute("drop table if exists mainstay.flyway_schema_history");
    }
    // Trap: killed with such a statement as its last, MariaDB would not start again.
    try (Connection connection = cluster.connect("db-1", "controller")) {
      EngineSql.of(connection).writeHeartbeat(connection, Instant.now(), "rt-1");
    }
    cluster.awaitInSync();
  }

  @Test
  @Order(1)
  void aWrongPasswordOfTheObservingAccountIsNamed(CapturedOutput output) {
    Map<String, String> settings = settings();
    settings.put("mainstay.db.monitor.password", "not the password");

    try (var blind = BoardApplication.start(cluster.nodes(), settings)) {
      assertThat(blind.isRunning()).isTrue();
      assertThat(output)
          .contains("db-1 is UNREACHABLE (Access denied", "; check mainstay.db.monitor.password)")
          .doesNotContain("not the password");
    }
  }

  @Test
  @Order(3)
  void twoApplicationsThatStartAtOnceMigrateOnce() throws Exception {
    long before = creations();
    CountDownLatch go = new CountDownLatch(1);
    List<Future<ConfigurableApplicationContext>> starting = new ArrayList<>();
    // Its set-up is one for the whole JVM, and two starts at once would get into each other's way.
    System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
    try (ExecutorService starts = Executors.newFixedThreadPool(2);
        Connection connection = cluster.connect("db-1", "controller");
        Statement barrier = connection.createStatement()) {
      // Both get as far as the migration, and neither through it.
      barrier.execute(
          switch (engine) {
            case MYSQL -> "lock instance for backup";
            case MARIADB -> "backup stage start";
          });
      if (engine == Engine.MARIADB) {
        barrier.execute("backup stage block_ddl");
      }
      for (int i = 0; i < 2; i++) {
        starting.add(
            starts.submit(
                () -> {
                  go.await();
                  return BoardApplication.start(cluster.nodes(), settings());
                }));
      }
      go.countDown();
      await().atMost(SOON.multipliedBy(2)).until(() -> atWork(barrier) == 2);
      assertThat(starting).noneMatch(Future::isDone);
      barrier.execute(
          switch (engine) {
            case MYSQL -> "unlock instance";
            case MARIADB -> "backup stage end";
          });
      for (Future<ConfigurableApplicationContext> each : starting) {
        ConfigurableApplicationContext up = each.get(2 * SOON.toSeconds(), TimeUnit.SECONDS);
        await().atMost(SOON).until(() -> get(up, "readiness").statusCode() == 200);
        assertThat(up.getBean(Board.class).has(4711)).isFalse();
      }
      assertThat(creations() - before).isEqualTo(1);
      try (ResultSet ran =
          barrier.executeQuery(
              "select count(*), sum(success) from mainstay.flyway_schema_history")) {
        assertThat(ran.next()).isTrue();
        assertThat(ran.getInt(1)).isEqualTo(1);
        assertThat(ran.getInt(2)).isEqualTo(1);
      }
    } finally {
      System.clearProperty(LoggingSystem.SYSTEM_PROPERTY);
      starting.stream()
          .filter(each -> each.state() == Future.State.SUCCESS)
          .map(Future::resultNow)
          .forEach(ConfigurableApplicationContext::close);
    }
  }

  /** How many sessions of migrations are in the middle of a statement. */
  private static int atWork(Statement statement) throws SQLException {
    try (ResultSet sessions =
        statement.executeQuery(
            "select count(*) from information_schema.processlist where user = 'migrate' and command = 'Query'")) {
      assertThat(sessions.next()).isTrue();
      return sessions.getInt(1);
    }
  }

  /** How often the migration has made its table on the primary. */
  private static long creations() {
    return cluster.statements("db-1", "migrate", List.of("notice")).stream()
        .filter(sent -> sent.startsWith("create table notice"))
        .count();
  }

  @Test
  @Order(1)
  void aWrongPasswordOfTheMigratingAccountIsNamedAndEndsTheStart(CapturedOutput output) {
    Map<String, String> settings = settings();
    settings.put("mainstay.db.migrate.password", "not the password");

    assertThatThrownBy(() -> BoardApplication.start(cluster.nodes(), settings))
        .hasStackTraceContaining("Access denied");
    assertThat(output)
        .contains("The primary refuses Flyway's account", "check mainstay.db.migrate.password")
        .doesNotContain("not the password");
  }

  @Test
  @Order(2)
  void withoutAPrimaryAnApplicationStartsUnreadyAndMigratesWhenThereIsOne() throws Exception {
    Map<String, String> settings = settings();
    cluster.stopController("rt-1"); // so that nobody succeeds it
    cluster.kill("db-1");

    try (ConfigurableApplicationContext early = BoardApplication.start(cluster.nodes(), settings)) {
      assertThat(get(early, "readiness").statusCode()).isEqualTo(503);
      assertThat(get(early, "liveness").statusCode()).isEqualTo(200);

      cluster.restart("db-1");
      cluster.startController("rt-1");

      await().atMost(SOON).until(() -> get(early, "readiness").statusCode() == 200);
      Board board = early.getBean(Board.class);
      // The replicas have the tables by now.
      assertThat(board.has(4711)).isFalse();
      assertThat(board.post("at last")).isPositive();
    }

    settings.put("spring.flyway.locations", "classpath:db/migration,classpath:db/broken");
    assertThatThrownBy(() -> BoardApplication.start(cluster.nodes(), settings))
        .as("a migration that fails on a primary ends the start")
        .hasStackTraceContaining("there_is_no_such_table");
  }

  private static HttpResponse<String> get(ConfigurableApplicationContext context, String group)
      throws Exception {
    String port = context.getEnvironment().getProperty("local.server.port");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + port + "/actuator/health/" + group))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
