package dev.mainstay.stack.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.process.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** The site and the admin API, as a browser without cookies sees them. */
final class Site {

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final URI site;
  private final URI admin;

  Site(int port) {
    this.site = URI.create("http://127.0.0.1:%d/".formatted(port));
    this.admin = URI.create("http://127.0.0.1:%d/".formatted(port + 1010));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(site.resolve(path)).GET());
  }

  HttpResponse<String> admin(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(admin.resolve(path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  HttpResponse<String> post(UUID key, String title) throws IOException, InterruptedException {
    String body =
        Json.MAPPER.writeValueAsString(
            Map.of("title", title, "body", "A body.", "author", "A test"));
    return send(
        HttpRequest.newBuilder(site.resolve("api/notices"))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key.toString()));
  }

  JsonNode pools() throws IOException, InterruptedException {
    return Json.MAPPER.readTree(
        send(HttpRequest.newBuilder(admin.resolve("api/pools")).GET()).body());
  }

  /** Which server answered, and with a page. */
  String servedBy() throws IOException, InterruptedException {
    HttpResponse<String> response = get("api/whoami");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.headers().firstValue("X-Served-By").orElse("nobody");
  }

  JsonNode whoami() throws IOException, InterruptedException {
    return Json.MAPPER.readTree(get("api/whoami").body());
  }

  /** Through which gateway a client comes that has no connection yet. */
  String gatewayOfANewConnection() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(site.resolve("api/whoami")).timeout(Duration.ofSeconds(20)).build();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      return Json.MAPPER.readTree(answer).path("gateway").asString("");
    }
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(
        request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Readers that go on until they are ended, which tells what failed. */
  Load load(int readers) {
    return load(readers, 0);
  }

  /** Readers, and writers who post one notice after the other, each with a key of its own. */
  Load load(int readers, int writers) {
    return new Load(readers, writers);
  }

  final class Load implements AutoCloseable {

    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger posted = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Thread> clients = new CopyOnWriteArrayList<>();

    private Load(int readers, int writers) {
      for (int client = 0; client < readers; client++) {
        clients.add(Thread.ofVirtual().start(() -> untilTheEnd(200, this::read)));
      }
      for (int client = 0; client < writers; client++) {
        clients.add(Thread.ofVirtual().start(() -> untilTheEnd(201, this::write)));
      }
    }

    /** One request and its answer. */
    private interface Exchange {
      HttpResponse<String> run() throws IOException, InterruptedException;
    }

    private HttpResponse<String> read() throws IOException, InterruptedException {
      boolean third = sent.incrementAndGet() % 3 == 0;
      return get(third ? "api/whoami" : "api/notices?page=0&size=5");
    }

    private HttpResponse<String> write() throws IOException, InterruptedException {
      HttpResponse<String> response = post(UUID.randomUUID(), "Posted under load");
      if (response.statusCode() == 201) {
        posted.incrementAndGet();
      }
      return response;
    }

    private void untilTheEnd(int expected, Exchange exchange) {
      while (!ended.get()) {
        try {
          HttpResponse<String> response = exchange.run();
          if (response.statusCode() == expected) {
            answered.incrementAndGet();
          } else {
            failures.add("HTTP %d: %s".formatted(response.statusCode(), response.body()));
          }
        } catch (IOException e) {
          failures.add(e.toString());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }

    /** How many posts were done so far. */
    int posted() {
      return posted.get();
    }

    /** How many requests had their answer so far; one that failed is not among them. */
    int answered() {
      return answered.get();
    }

    /** Ends the load, waits for the requests that are under way, and tells all that failed. */
    List<String> end() {
      close();
      return failures;
    }

    @Override
    public void close() {
      ended.set(true);
      try {
        for (Thread client : clients) {
          client.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
