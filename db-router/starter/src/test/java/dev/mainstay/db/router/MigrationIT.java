package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.router.board.Board;
import dev.mainstay.db.router.board.BoardApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** A start on a schema that nobody has migrated yet, and starts that cannot migrate it. */
@EachEngine
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(OutputCaptureExtension.class)
class MigrationIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  @SuppressWarnings("NullAway.Init") // started before the first test of the class
  private static ReplicatedCluster cluster;

  MigrationIT(LocalEngine engine) {
    assertThat(cluster.topology().engine().map(Engine::name)).hasValue(engine.name());
  }

  @BeforeParameterizedClassInvocation
  static void start(LocalEngine engine) {
    cluster = ReplicatedCluster.start(Engine.valueOf(engine.name()), 2);
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    Stream.ofNullable(cluster).forEach(ReplicatedCluster::close); // none where it was skipped
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
