package dev.mainstay.stack.drill.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a site of two servers that take turns, of which the second shows nothing unasked. */
class PairsTest {

  private static final Pattern SILENT = new Pattern(0, 1, 0, 1, Duration.ofSeconds(10), false);

  private final Deque<String> notices = new ConcurrentLinkedDeque<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer site;

  @BeforeEach
  void serve() throws IOException {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    site.createContext("/api/notices", this::answer);
    site.setExecutor(threads);
    site.start();
  }

  @AfterEach
  void close() {
    site.stop(0);
    threads.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    boolean behind = turn.getAndIncrement() % 2 == 1;
    boolean shows = !behind || exchange.getRequestHeaders().containsKey("Cookie");
    String asked = exchange.getRequestURI().getPath().substring("/api/notices".length());
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().add("X-Served-By", behind ? "web-2" : "web-1");
    if (exchange.getRequestMethod().equals("POST")) {
      String id = exchange.getRequestHeaders().getFirst("Idempotency-Key");
      notices.addFirst(id);
      exchange.getResponseHeaders().add("Set-Cookie", "token=all; Path=/");
      send(exchange, 201, "{\"id\":\"%s\"}".formatted(id));
    } else if (asked.isEmpty()) {
      send(exchange, 200, "{\"content\":[{\"id\":\"%s\"}]}".formatted(notices.peekFirst()));
    } else {
      send(exchange, shows && notices.contains(asked.substring(1)) ? 200 : 404, "{}");
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void withATokenNothingIsMissed() throws InterruptedException {
    try (Load load = load()) {
      Pairs.Tally tally = load.pairs(100, true);

      assertThat(tally.pairs()).isGreaterThanOrEqualTo(100);
      assertThat(tally.stale()).isZero();
      assertThat(tally.backwards()).isZero();
    }
  }

  @Test
  void withoutATokenWhatIsMissedIsCounted() throws InterruptedException {
    try (Load load = load()) {
      Pairs.Tally tally = load.pairs(1_000, false);

      assertThat(tally.stale()).isPositive();
      assertThat(tally.backwards()).isPositive();
    }
  }

  @Test
  void everyPostIsOneOfTheLoadsRequestsAndWhatIsMissingNoFailure() throws InterruptedException {
    try (Load load = load()) {
      load.pairs(50, false);
      List<Request> requests = load.stop();

      assertThat(requests).extracting(Request::fate).containsOnly(Fate.ACKNOWLEDGED);
      assertThat(requests.stream().filter(Request::isWrite)).hasSize(notices.size());
    }
  }

  private Load load() {
    return Load.start(site.getAddress(), SILENT, 42, "run", InstantSource.system());
  }
}
