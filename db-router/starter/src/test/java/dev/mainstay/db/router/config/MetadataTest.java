package dev.mainstay.db.router.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MetadataTest {

  @Test
  void everyPropertyIsDescribed() throws Exception {
    JsonNode metadata =
        new JsonMapper()
            .readTree(
                new ClassPathResource("META-INF/spring-configuration-metadata.json")
                    .getInputStream());
    List<String> described = new ArrayList<>();
    List<String> silent = new ArrayList<>();
    for (JsonNode property : metadata.get("properties")) {
      (property.hasNonNull("description") ? described : silent)
          .add(property.get("name").asString());
    }

    assertThat(silent).isEmpty();
    assertThat(described)
        .contains(
            "mainstay.db.enabled",
            "mainstay.db.nodes",
            "mainstay.db.hold",
            "mainstay.db.held-writes",
            "mainstay.db.monitor.interval",
            "mainstay.db.monitor.urgent-interval",
            "mainstay.db.causal.enabled",
            "mainstay.db.causal.key",
            "mainstay.db.causal.max-wait",
            "mainstay.db.reads.max-lag",
            "mainstay.db.reads.return-lag",
            "mainstay.db.reads.primary-lease",
            "mainstay.db.reads.weights",
            "mainstay.db.reads.attempts",
            "mainstay.db.pool.socket-timeout",
            "mainstay.db.migrate.patience");
  }
}
