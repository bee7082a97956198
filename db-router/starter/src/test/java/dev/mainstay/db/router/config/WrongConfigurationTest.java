package dev.mainstay.db.router.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** A start that cannot work ends with one description: the key, the value, what was expected. */
@ExtendWith(OutputCaptureExtension.class)
class WrongConfigurationTest {

  private static final List<String> GOOD =
      List.of(
          "mainstay.db.nodes[0]=db-1=127.0.0.1:1",
          "mainstay.db.schema=board",
          "mainstay.db.username=app",
          "mainstay.db.password=secret",
          "mainstay.db.migrate.patience=0s");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mainstay.db.nodes[0]=db-1:3306                 | mainstay.db.nodes[0]          | db-1:3306            | expected: id=host:port
          mainstay.db.nodes[0]=DB_1=127.0.0.1:3306       | mainstay.db.nodes[0]          | DB_1=127.0.0.1:3306  | expected: 1-32 of a-z
          mainstay.db.nodes[0]=db-1=127.0.0.1:99999      | mainstay.db.nodes[0]          | 99999                | expected: 1-65535
          mainstay.db.nodes[1]=db-1=127.0.0.1:2          | mainstay.db.nodes[1]          | db-1=127.0.0.1:2     | expected: each id once
          mainstay.db.nodes[1]=db-2=127.0.0.1:1          | mainstay.db.nodes[1]          | db-2=127.0.0.1:1     | expected: each host and port once
          mainstay.db.engine=oracle                      | mainstay.db.engine            | oracle               | MARIADB
          mainstay.db.tls=perhaps                        | mainstay.db.tls               | perhaps              | VERIFY_IDENTITY
          mainstay.db.consistency=strong                 | mainstay.db.consistency       | strong               | CAUSAL
          mainstay.db.monitor.interval=0s                | mainstay.db.monitor.interval  | PT0S                 | expected: more than 0
          mainstay.db.monitor.interval=often             | mainstay.db.monitor.interval  | often                | not a valid duration
          mainstay.db.reads.max-lag=-1s                  | mainstay.db.reads.max-lag     | PT-1S                | expected: 0 or more
          mainstay.db.reads.weights.db-1=257             | mainstay.db.reads.weights.db-1| 257                  | expected: 0-256
          mainstay.db.reads.weights.db-9=1               | mainstay.db.reads.weights.db-9| db-9                 | expected: one of
          mainstay.db.reads.primary-lease=0s             | mainstay.db.reads.primary-lease | PT0S              | expected: more than 0
          mainstay.db.reads.return-lag=6s                | mainstay.db.reads.return-lag  | PT6S                 | expected: at most reads.max-lag, PT5S
          mainstay.db.causal.max-wait=-1ms               | mainstay.db.causal.max-wait   | PT-0.001S            | expected: 0 or more
          mainstay.db.causal.max-wait=10s                | mainstay.db.causal.max-wait   | PT10S                | expected: less than pool.socket-timeout
          mainstay.db.causal.key=short                   | mainstay.db.causal.key        | it has 5 characters  | expected: 16 or more
          mainstay.db.reads.attempts=0                   | mainstay.db.reads.attempts    | 0                    | expected: 1 or more
          mainstay.db.pool.maximum-reads=0               | mainstay.db.pool              | maximumReads is 0    | expected: 1 or more
          mainstay.db.monitor.username=monitor           | mainstay.db.monitor.password  | it is missing        | expected: the password of the account monitor
          mainstay.db.migrate.username=migrate           | mainstay.db.migrate.password  | it is missing        | expected: the password of the account migrate
          mainstay.db.username=a b                       | mainstay.db.username          | a b                  | expected: 1-32 letters
          mainstay.db.held-writes=-1                     | mainstay.db.held-writes       | -1                   | expected: 0 or more
          mainstay.db.hold=-8s                           | mainstay.db.hold              | PT-8S                | expected: 0 or more
          """)
  void aWrongValueIsNamed(
      String setting, String key, String value, String expected, CapturedOutput output) {
    start(with(setting));

    assertThat(output)
        .contains("APPLICATION FAILED TO START", key, value, expected)
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mainstay.db.nodes[0] | mainstay.db.nodes    | mainstay.db.enabled=false switches the router off
          mainstay.db.schema   | mainstay.db.schema   | expected: the name of the application's schema
          mainstay.db.username | mainstay.db.username | expected: a database account
          mainstay.db.password | mainstay.db.password | expected: the password of the account app
          """)
  void aMissingValueIsNamed(String without, String key, String expected, CapturedOutput output) {
    start(GOOD.stream().filter(setting -> !setting.startsWith(without + "=")).toList());

    assertThat(output).contains("APPLICATION FAILED TO START", key, expected);
  }

  @Test
  void whatIsRightStartsEvenWithoutANode(CapturedOutput output) {
    start(GOOD);

    assertThat(output).doesNotContain("APPLICATION FAILED TO START");
  }

  private static List<String> with(String setting) {
    String key = setting.substring(0, setting.indexOf('=') + 1);
    List<String> settings = new ArrayList<>(GOOD);
    settings.removeIf(good -> good.startsWith(key));
    settings.add(setting);
    return settings;
  }

  private static void start(List<String> settings) {
    SpringApplication application =
        new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE).build();
    application.setRegisterShutdownHook(false);
    try {
      application
          .run(settings.stream().map(setting -> "--" + setting).toArray(String[]::new))
          .close();
    } catch (RuntimeException e) {
      // What it says to people is what counts here, and that is in the output.
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    DbRouterAutoConfiguration.class,
    DbRouterFlywayAutoConfiguration.class,
  })
  static class Application {}
}
