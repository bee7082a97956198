package dev.mainstay.stack.drill.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a site that takes every post, under an id that is its key. */
class LoadTest {

  private static final Pattern QUICK = new Pattern(3, 2, 150, 100, Duration.ofSeconds(10), false);

  private final Set<String> cookies = ConcurrentHashMap.newKeySet();
  private final Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer site;
  private volatile int status = 201;

  @BeforeEach
  void serve() throws IOException {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    site.createContext("/", this::answer);
    site.setExecutor(threads);
    site.start();
  }

  @AfterEach
  void close() {
    site.stop(0);
    threads.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    connections.add(exchange.getRemoteAddress());
    String cookie = exchange.getRequestHeaders().getFirst("Cookie");
    if (cookie != null) {
      cookies.add(cookie);
    }
    boolean post = exchange.getRequestMethod().equals("POST");
    exchange.getRequestBody().readAllBytes();
    byte[] body =
        post
            ? "{\"id\":\"%s\"}"
                .formatted(exchange.getRequestHeaders().getFirst("Idempotency-Key"))
                .getBytes(StandardCharsets.UTF_8)
            : new byte[] {'o', 'k'};
    exchange.getResponseHeaders().add("Set-Cookie", "seen=%s; Path=/".formatted(post ? "w" : "r"));
    if (status == 503) {
      exchange.getResponseHeaders().add("Mainstay-Outcome", "unknown");
    }
    exchange.sendResponseHeaders(post ? status : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private List<Request> load(Pattern pattern, int requests) throws InterruptedException {
    try (Load load = Load.start(site.getAddress(), pattern, 42, "run", InstantSource.system())) {
      await().until(() -> load.soFar().size() >= requests);
      return load.stop();
    }
  }

  @Test
  void writersWriteAndReadersReadOnOneConnectionEach() throws InterruptedException {
    List<Request> requests = load(QUICK, 100);

    assertThat(requests).extracting(Request::fate).containsOnly(Fate.ACKNOWLEDGED);
    assertThat(requests).allMatch(request -> request.isWrite() == request.client() <= 2);
    assertThat(requests.stream().filter(Request::isWrite).count() * 100 / requests.size())
        .isBetween(25L, 55L);
    assertThat(connections).hasSize(5);
    assertThat(cookies).containsExactlyInAnyOrder("seen=w", "seen=r");
  }

  @Test
  void toldIdIsKept() throws InterruptedException {
    assertThat(load(QUICK, 20))
        .filteredOn(Request::isWrite)
        .allMatch(request -> request.id().equals(request.post().map(Request.Post::key)));
  }

  @Test
  void nothingIsSentTwice() throws InterruptedException {
    status = 503;

    List<Request> requests = load(QUICK, 50);

    assertThat(requests)
        .filteredOn(Request::isWrite)
        .extracting(Request::fate)
        .containsOnly(Fate.UNKNOWN);
    assertThat(
            requests.stream().flatMap(request -> request.post().stream()).map(Request.Post::mark))
        .doesNotHaveDuplicates();
  }

  @Test
  void unknownOnesAreSentAgainUnderANewKeyOnlyOnPurpose() throws InterruptedException {
    status = 503;

    List<Request> requests = load(new Pattern(0, 2, 0, 100, Duration.ofSeconds(10), true), 20);

    assertThat(
            requests.stream()
                .flatMap(request -> request.post().stream())
                .collect(
                    Collectors.groupingBy(
                        Request.Post::mark,
                        Collectors.mapping(Request.Post::key, Collectors.toSet())))
                .values())
        .allMatch(keys -> keys.size() == 2);
  }

  @Test
  void siteThatIsGoneRefusesWritesAndFailsReads() throws InterruptedException {
    site.stop(0);

    assertThat(load(QUICK, 20))
        .allMatch(request -> request.fate() == (request.isWrite() ? Fate.REFUSED : Fate.FAILED));
  }
}
