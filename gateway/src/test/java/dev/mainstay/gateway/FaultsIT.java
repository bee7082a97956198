package dev.mainstay.gateway;

import static dev.mainstay.gateway.testing.Rig.servedBy;
import static dev.mainstay.gateway.testing.ScriptedServer.reset;
import static dev.mainstay.gateway.testing.ScriptedServer.say;
import static dev.mainstay.gateway.testing.ScriptedServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.Load;
import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client sees, and what is counted, when servers fail: through a real gateway, by real
 * sockets and by both fronts.
 */
@ParameterizedClass(name = "express {0}")
@ValueSource(booleans = {false, true})
class FaultsIT {

  /** So slow that a pool's checks say nothing new during a test. */
  private static final String NEVER = "1h";

  private static Rig rig = new Rig();

  @Parameter boolean express;

  private static Rig rig(boolean express) {
    Rig rig = new Rig().set("mainstay.gateway.express.enabled", express).pool("killed", 1, 1, 1);
    for (String pool :
        List.of(
            "refused",
            "lost",
            "lostpost",
            "keyed",
            "broken",
            "allgone",
            "cut",
            "stalled",
            "idle",
            "heads",
            "garbled",
            "late")) {
      unchecked(rig, pool, 1, 1);
    }
    unchecked(rig, "single", 1);
    unchecked(rig, "aborts", 1);
    return rig.set("mainstay.gateway.pools.late.timeouts.response", "700ms");
  }

  private static void unchecked(Rig rig, String pool, int... weights) {
    String health = "mainstay.gateway.pools.%s.health.".formatted(pool);
    rig.pool(pool, weights)
        .set(health + "interval", NEVER)
        .set(health + "fast-interval", NEVER)
        .set(health + "down-interval", NEVER)
        // The one check that there is decides; a busy machine must not fail it.
        .set(health + "timeout", "30s");
  }

  @BeforeParameterizedClassInvocation
  static void start(boolean express) {
    rig = rig(express).start();
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    rig.close();
  }

  private static HttpResponse<String> post(String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(rig.site(path)).POST(BodyPublishers.ofString(body));
    return rig.send(headers.length == 0 ? request : request.headers(headers));
  }

  @Test
  void refusedRequestsGoToAnotherServerWhateverTheMethod() {
    rig.server("refused", "A").kill();

    for (int i = 0; i < 10; i++) {
      HttpResponse<String> response = post("/refused/" + i, "body " + i);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(servedBy(response)).isEqualTo("B");
    }

    assertThat(rig.server("refused", "B").requests())
        .extracting(ScriptedServer.Request::body)
        .contains("body 0", "body 9");
    assertThat(rig.server("refused", "B").requests()).hasSize(10);
    // Three refused requests count as three failed checks: from then on A is not even tried.
    assertThat(rig.fact("refused", "A", "health")).isEqualTo("DOWN");
    assertThat(rig.fact("refused", "A", "healthReason"))
        .isEqualTo("connection refused (on a request)");
    assertThat(rig.fact("refused", "A", "failures")).isEqualTo(rig.fact("refused", "A", "retries"));
    assertThat(Integer.parseInt(rig.fact("refused", "A", "failures"))).isBetween(1, 3);
    assertThat(rig.fact("refused", "B", "requests")).isEqualTo("10");
  }

  @Test
  void killedServerFailsNoGetAndComesBack() {
    ScriptedServer b = rig.server("killed", "B");
    try (Load load = Load.start(rig, "/killed/", 12)) {
      await().until(() -> load.done() > 300);

      b.kill();
      long dead = load.now();
      await().until(() -> rig.fact("killed", "B", "health").equals("DOWN"));
      await().until(() -> load.done() > dead + 300);
      b.revive();
      await().until(() -> rig.fact("killed", "B", "health").equals("UP"));
      long back = load.now();
      await().until(() -> load.done() > back + 100);

      assertThat(load.stop().failed()).isEmpty();
      assertThat(load.since(back)).anyMatch(seen -> seen.servedBy().equals("B"));
    }
    await().untilAsserted(() -> assertThat(rig.fact("killed", "B", "inFlight")).isEqualTo("0"));
  }

  @Test
  void getWhoseServerBreaksOffIsAnsweredByAnother() {
    rig.server("lost", "A").script((request, client) -> reset(client));

    for (int i = 0; i < 6; i++) {
      assertThat(servedBy(rig.get("/lost/"))).isEqualTo("B");
    }

    assertThat(rig.fact("lost", "A", "failures")).isEqualTo("3");
    assertThat(rig.fact("lost", "A", "retries")).isEqualTo("3");
    assertThat(rig.fact("lost", "B", "requests")).isEqualTo("6");
  }

  @Test
  void idleConnectionsThatDiedFailNoGet() {
    ScriptedServer a = rig.server("idle", "A");
    rig.servers("/idle/", 20);

    a.kill();
    a.revive();

    for (int i = 0; i < 20; i++) {
      assertThat(rig.get("/idle/").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void onlyServerThatBreaksOffOnceIsAskedAgain() {
    ScriptedServer only = rig.server("single", "A");
    only.script(
        (request, client) -> {
          if (only.requests().size() == 1) {
            reset(client);
          } else {
            say(client, 200, "second time");
          }
        });

    assertThat(rig.get("/single/").body()).isEqualTo("second time");
  }

  @Test
  void postWithoutAKeyIsNeverSentTwice() {
    rig.server("lostpost", "A").script((request, client) -> reset(client));
    rig.server("lostpost", "B").script((request, client) -> reset(client));

    HttpResponse<String> response = post("/lostpost/", "once");

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(response.body()).contains("broke off before it answered");
    assertThat(
            rig.server("lostpost", "A").requests().size()
                + rig.server("lostpost", "B").requests().size())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void postWithAKeyIsSentToAnotherServer(boolean inHeader) {
    rig.server("keyed", "A").script((request, client) -> reset(client));

    for (int i = 0; i < 2; i++) {
      String key = UUID.randomUUID().toString();
      HttpResponse<String> response =
          inHeader
              ? post("/keyed/", "text " + key, "Idempotency-Key", key)
              : post("/keyed/?idempotency-key=" + key, "text " + key);

      assertThat(servedBy(response)).isEqualTo("B");
      assertThat(rig.server("keyed", "B").requests().getLast().body()).isEqualTo("text " + key);
    }
  }

  @Test
  void longPostWithAKeyIsStreamedAndNotSentTwice() {
    rig.server("broken", "A").script((request, client) -> reset(client));
    rig.server("broken", "B").script((request, client) -> reset(client));

    HttpResponse<String> response = post("/broken/", "x".repeat(100_000), "Idempotency-Key", "k");

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(
            rig.server("broken", "A").requests().size()
                + rig.server("broken", "B").requests().size())
        .isLessThanOrEqualTo(1);
  }

  @Test
  void lateGetIsAnsweredByAnotherServerAndLatePostIsA504() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    rig.server("late", "A").script((request, client) -> over.await());

    assertThat(servedBy(rig.get("/late/"))).isEqualTo("B");
    assertThat(servedBy(rig.get("/late/"))).isEqualTo("B");
    List<Integer> statuses =
        List.of(post("/late/", "1").statusCode(), post("/late/", "2").statusCode());

    assertThat(statuses).containsExactlyInAnyOrder(200, 504);
    // The gateway gave up on A's connections rather than keep them.
    await().untilAsserted(() -> assertThat(rig.fact("late", "A", "inFlight")).isEqualTo("0"));
    over.countDown();
  }

  @Test
  void whenNobodyListensItIsA503ThatSaysWhenToComeBack() {
    rig.server("allgone", "A").kill();
    rig.server("allgone", "B").kill();

    HttpResponse<String> response = post("/allgone/", "x");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    assertThat(response.body()).contains("No server of pool allgone can be reached.");

    HttpResponse<String> page =
        rig.send(
            HttpRequest.newBuilder(rig.site("/allgone/")).header("Accept", "text/html,*/*;q=0.8"));
    assertThat(page.statusCode()).isEqualTo(503);
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=UTF-8");
    assertThat(page.body()).contains("<h1>503 Service Unavailable</h1>");

    rig.server("allgone", "B").revive();
    assertThat(servedBy(rig.get("/allgone/"))).isEqualTo("B");
  }

  @Test
  void responseThatBreaksOffIsNeverReplayedAndItsTruncationShows() throws Exception {
    for (String server : List.of("A", "B")) {
      rig.server("cut", server)
          .script(
              (request, client) -> {
                write(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
                client.close();
              });
    }

    String seen = raw("GET /cut/ HTTP/1.1\r\nHost: x\r\n\r\n");

    assertThat(seen).startsWith("HTTP/1.1 200").contains("Content-Length: 1000").endsWith("half");
    assertThat(rig.server("cut", "A").requests().size() + rig.server("cut", "B").requests().size())
        .isEqualTo(1);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        Integer.parseInt(rig.fact("cut", "A", "failures"))
                            + Integer.parseInt(rig.fact("cut", "B", "failures")))
                    .isEqualTo(1));
  }

  @Test
  void responseThatIsNotHttpIsA502() {
    for (String server : List.of("A", "B")) {
      rig.server("garbled", server)
          .script(
              (request, client) -> {
                write(client, "SMTP says hello\r\n\r\n");
                client.close();
              });
    }

    assertThat(rig.get("/garbled/").statusCode()).isEqualTo(502);
  }

  @Test
  void clientsThatLeaveAreNotCountedForEver() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    ScriptedServer server = rig.server("aborts", "A");
    server.script(
        (request, client) -> {
          if (request.target().endsWith("half")) {
            write(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhalf");
          }
          over.await();
        });
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Socket client = new Socket(InetAddress.getLoopbackAddress(), rig.sitePort());
      String target = i % 2 == 0 ? "/aborts/none" : "/aborts/half";
      if (i % 4 < 2) {
        write(client, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n".formatted(target));
      } else {
        write(
            client,
            "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc".formatted(target));
      }
      clients.add(client);
    }
    await().untilAsserted(() -> assertThat(rig.fact("aborts", "A", "inFlight")).isEqualTo("20"));
    await().until(() -> server.requests().size() == 20);

    for (Socket client : clients) {
      client.close();
    }

    await().untilAsserted(() -> assertThat(rig.fact("aborts", "A", "inFlight")).isEqualTo("0"));
    assertThat(rig.fact("aborts", "A", "failures")).isEqualTo("0");
    over.countDown();
    // The server was told as well: its connections are closed, not left to answer nobody.
    await().untilAsserted(() -> assertThat(server.openConnections()).isZero());
  }

  @Test
  void clientThatLeavesDuringItsUploadIsNotTheServersFault() throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), rig.sitePort())) {
      write(client, "POST /stalled/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\npart");
      await()
          .until(
              () ->
                  rig.fact("stalled", "A", "inFlight").equals("1")
                      || rig.fact("stalled", "B", "inFlight").equals("1"));
    }

    await()
        .untilAsserted(
            () -> {
              assertThat(rig.fact("stalled", "A", "inFlight")).isEqualTo("0");
              assertThat(rig.fact("stalled", "B", "inFlight")).isEqualTo("0");
            });
    assertThat(rig.fact("stalled", "A", "failures")).isEqualTo("0");
    assertThat(rig.fact("stalled", "B", "failures")).isEqualTo("0");
  }

  @Test
  void serversAreToldTheTruthAboutGatewayAndClient() {
    rig.send(
        HttpRequest.newBuilder(rig.site("/heads/"))
            .header("X-Mainstay-Gateway", "forged")
            .header("X-Forwarded-For", "6.6.6.6")
            .header("Forwarded", "for=6.6.6.6")
            .header("X-Forwarded-Host", "forged.example"));

    ScriptedServer.Request request =
        Stream.of("A", "B")
            .flatMap(server -> rig.server("heads", server).requests().stream())
            .findFirst()
            .orElseThrow();
    assertThat(request.header("X-Mainstay-Gateway")).isEqualTo("gw-1");
    assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
    assertThat(request.header("X-Forwarded-Host")).isEqualTo("127.0.0.1:" + rig.sitePort());
    assertThat(request.header("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(request.header("Host")).isEqualTo("127.0.0.1:" + rig.sitePort());
    assertThat(request.header("Forwarded")).isEmpty();
  }

  /** Sends bytes and reads until the gateway closes. */
  private static String raw(String bytes) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), rig.sitePort())) {
      write(client, bytes);
      client.setSoTimeout(10_000);
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
