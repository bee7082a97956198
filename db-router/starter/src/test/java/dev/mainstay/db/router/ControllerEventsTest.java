package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControllerEventsTest {

  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final String END = "end";

  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private final AtomicInteger changes = new AtomicInteger();
  private final AtomicInteger visits = new AtomicInteger();

  @SuppressWarnings("NullAway.Init") // started before each test
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/events",
        exchange -> {
          visits.incrementAndGet();
          exchange.sendResponseHeaders(200, 0);
          try (exchange;
              OutputStream body = exchange.getResponseBody()) {
            for (String line = said.take(); !line.equals(END); line = said.take()) {
              body.write((line + "\n\n").getBytes(StandardCharsets.UTF_8));
              body.flush();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    said.add(END);
    server.stop(0);
  }

  @Test
  void eachChangeIsAReasonToLookAndAStepOrACommentIsNot() {
    try (ControllerEvents events = listening(site())) {
      said.add(":quiet");
      said.add("id:1\ndata:{\"by\":\"rt-1\",\"kind\":\"VACANT\"}");
      said.add("id:2\ndata:{\"by\":\"rt-1\",\"kind\":\"STEP\"}");
      said.add("id:3\ndata:{\"by\":\"rt-1\",\"kind\":\"PRIMARY\"}");

      await().untilAsserted(() -> assertThat(changes).hasValue(2));
      assertThat(events).isNotNull();
    }
  }

  @Test
  void aStreamThatEndedIsListenedToAnew() {
    try (ControllerEvents events = listening(site())) {
      said.add(END);
      await().untilAsserted(() -> assertThat(visits).hasValueGreaterThan(1));
      said.add("data:{}");

      await().untilAsserted(() -> assertThat(changes).hasValue(1));
      assertThat(events).isNotNull();
    }
  }

  @Test
  void aControllerThatIsNotThereKeepsNobodyFromTheOthers() {
    try (ControllerEvents events = listening(URI.create("http://127.0.0.1:1"), site())) {
      said.add("data:{}");

      await().untilAsserted(() -> assertThat(changes).hasValue(1));
      assertThat(events).isNotNull();
    }
  }

  private URI site() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private ControllerEvents listening(URI... controllers) {
    ControllerEvents events =
        new ControllerEvents(List.of(controllers), changes::incrementAndGet, PAUSE);
    events.start();
    return events;
  }
}
