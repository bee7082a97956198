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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;

/** A start on a schema that nobody has migrated yet. */
@EachEngine
@Timeout(120)
class MigrationIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final Engine engine;

  MigrationIT(LocalEngine engine) {
    this.engine = Engine.valueOf(engine.name());
  }

  @Test
  void withoutAPrimaryAnApplicationStartsUnreadyAndMigratesWhenThereIsOne() throws Exception {
    try (ReplicatedCluster cluster = ReplicatedCluster.start(engine, 2)) {
      Map<String, String> settings = new HashMap<>();
      settings.put("mainstay.db.schema", ReplicatedCluster.SCHEMA);
      settings.put("mainstay.db.username", "app");
      settings.put("mainstay.db.password", cluster.password("app"));
      settings.put("mainstay.db.migrate.password", cluster.password("migrate"));
      settings.put("mainstay.db.migrate.patience", "1s");
      settings.put("mainstay.db.monitor.password", cluster.password("monitor"));
      settings.put("mainstay.db.monitor.interval", "200ms");
      cluster.stopController("rt-1"); // so that nobody succeeds it
      cluster.kill("db-1");

      try (ConfigurableApplicationContext early =
          BoardApplication.start(cluster.nodes(), settings)) {
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
