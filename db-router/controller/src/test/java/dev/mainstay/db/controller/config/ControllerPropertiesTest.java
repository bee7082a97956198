package dev.mainstay.db.controller.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.controller.loop.ControllerSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ControllerPropertiesTest {

  private static final Map<String, String> COMPLETE =
      Map.of(
          "nodes", "db-1=127.0.0.1:3311,db-2=127.0.0.1:3312",
          "password", "secret-0",
          "accounts.application.password", "secret-1",
          "accounts.migrate.password", "secret-2",
          "accounts.monitor.password", "secret-3",
          "accounts.replication.password", "secret-4");

  @Test
  void theRestHasDefaults() {
    ControllerSettings settings = bind(COMPLETE).settings();

    assertThat(settings.id()).isEqualTo("rt-1");
    assertThat(settings.cluster().name()).isEqualTo("mainstay");
    assertThat(settings.interval()).isEqualTo(Duration.ofMillis(250));
    assertThat(settings.own().username()).isEqualTo("controller");
    assertThat(settings.accounts().schema()).isEqualTo("mainstay");
    assertThat(settings.accounts().application().username()).isEqualTo("app");
    assertThat(settings.accounts().replication())
        .extracting(account -> account.username())
        .containsExactly("repl_db-1", "repl_db-2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nodes         | ''                                  | nodes is empty",
        "nodes         | db-1                                | node is 'db-1' (expected: id=host:port",
        "nodes         | db-1=h:1,db-1=h:2                   | node db-1 is listed twice",
        "nodes         | db-1=h:1,db-2=h:1                   | h:1 is listed twice",
        "password      | ''                                  | mainstay.controller.password is not set",
        "accounts.replication.password | ''                  | replication.password is not set",
        "accounts.replication.password | 123456789012345678901234567890123 | 33 characters",
        "accounts.migrate.username     | app                 | different names",
        "id            | 'RT 1'                              | id is 'RT 1'",
        "cluster       | Main/Stay                           | cluster is 'Main/Stay'",
        "schema        | a.b                                 | schema is 'a.b'",
        "interval      | 1ms                                 | interval is PT0.001S",
        "patience      | -1s                                 | patience is PT-1S",
        "failover.patience | 0s                              | patience is PT0S",
        "failover.limit    | 0                               | flapping is 0",
        "failover.durability | perhaps                       | Durability.perhaps",
        "via.db-9      | 127.0.0.1:1                         | mainstay.controller.via names db-9",
        "via.db-1      | 127.0.0.1                           | node is 'place=127.0.0.1'",
        "replicate-via.db-1.db-3 | 127.0.0.1:1               | replicate-via names db-3",
      })
  void aBadValueIsNamed(String key, String value, String message) {
    Map<String, String> bad = new HashMap<>(COMPLETE);
    bad.put(key, value);

    assertThatThrownBy(() -> bind(bad)).rootCause().hasMessageContaining(message);
  }

  @Test
  void noPasswordShowsInItsText() {
    ControllerProperties properties = bind(COMPLETE);

    assertThat(properties + " " + properties.accounts() + " " + properties.settings())
        .doesNotContain("secret-");
  }

  private static ControllerProperties bind(Map<String, String> values) {
    Map<String, String> prefixed = new HashMap<>();
    values.forEach((key, value) -> prefixed.put("mainstay.controller." + key, value));
    return new Binder(new MapConfigurationPropertySource(prefixed))
        .bind("mainstay.controller", ControllerProperties.class)
        .get();
  }
}
