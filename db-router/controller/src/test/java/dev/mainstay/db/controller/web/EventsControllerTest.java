package dev.mainstay.db.controller.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.mainstay.db.controller.ControllerApplication;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The stream as a listener has it, of a whole controller whose nodes are all away. */
@Timeout(60)
class EventsControllerTest {

  /**
   * Between two signs of life of a quiet stream there are 5 s, and a graceful shutdown takes 30.
   */
  private static final Duration AT_ONCE = Duration.ofSeconds(4);

  private static ConfigurableApplicationContext start() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--mainstay.controller.nodes=db-1=127.0.0.1:1,db-2=127.0.0.1:2",
                "--mainstay.controller.password=x"));
    for (String account : List.of("application", "migrate", "monitor", "replication")) {
      arguments.add("--mainstay.controller.accounts.%s.password=x".formatted(account));
    }
    return SpringApplication.run(ControllerApplication.class, arguments.toArray(String[]::new));
  }

  private static HttpRequest events(ConfigurableApplicationContext controller) {
    String port = controller.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s/api/events".formatted(port)))
        .build();
  }

  @Test
  void aListenerDoesNotHoldUpTheShutdownAndSeesItsStreamEnd() throws Exception {
    ConfigurableApplicationContext controller = start();
    try (HttpClient client = HttpClient.newHttpClient();
        BufferedReader stream =
            new BufferedReader(
                new InputStreamReader(
                    client.send(events(controller), BodyHandlers.ofInputStream()).body(),
                    StandardCharsets.UTF_8))) {
      assertThat(stream.readLine()).isNotNull();
      Instant begun = Instant.now();

      controller.close();

      assertThat(Duration.between(begun, Instant.now())).isLessThan(AT_ONCE);
      // A stream that was cut off ends with an exception.
      assertThatNoException().isThrownBy(() -> stream.lines().forEach(_ -> {}));
    } finally {
      controller.close();
    }
  }
}
