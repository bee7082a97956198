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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client sees, and what is counted, when servers fail: through a real gateway, by real
 * sockets.
 */
class FaultsIT {

  /** So slow that a pool's checks say nothing new during a test. */
  private static final String NEVER = "1h";

  private static final Rig RIG = unchecked(new Rig(), "refused", 1, 1).pool("killed", 1, 1, 1);

  static {
    for (String pool :
        List.of(
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
            "single")) {
      unchecked(RIG, pool, pool.equals("single") ? new int[] {1} : new int[] {1, 1});
    }
    unchecked(RIG, "late", 1, 1).set("mainstay.gateway.pools.late.timeouts.response", "700ms");
    unchecked(RIG, "aborts", 1);
  }

  private static Rig unchecked(Rig rig, String pool, int... weights) {
    String health = "mainstay.gateway.pools.%s.health.".formatted(pool);
    return rig.pool(pool, weights)
        .set(health + "interval", NEVER)
        .set(health + "fast-interval", NEVER)
        .set(health + "down-interval", NEVER)
        // The one check that there is decides; a busy machine must not fail it.
        .set(health + "timeout", "30s");
  }

  @BeforeAll
  static void start() {
    RIG.start();
  }

  @AfterAll
  static void stop() {
    RIG.close();
  }

  private static HttpResponse<String> post(String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(RIG.site(path)).POST(BodyPublishers.ofString(body));
    return RIG.send(headers.length == 0 ? request : request.headers(headers));
  }

  @Test
  void refusedRequestsGoToAnotherServerWhateverTheMethod() {
    RIG.server("refused", "A").kill();

    for (int i = 0; i < 10; i++) {
      HttpResponse<String> response = post("/refused/" + i, "body " + i);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(servedBy(response)).isEqualTo("B");
    }

    assertThat(RIG.server("refused", "B").requests())
        .extracting(ScriptedServer.Request::body)
        .contains("body 0", "body 9");
    assertThat(RIG.server("refused", "B").requests()).hasSize(10);
    // Three refused requests count as three failed checks: from then on A is not even tried.
    assertThat(RIG.fact("refused", "A", "health")).isEqualTo("DOWN");
    assertThat(RIG.fact("refused", "A", "healthReason"))
        .isEqualTo("connection refused (on a request)");
    assertThat(RIG.fact("refused", "A", "failures")).isEqualTo(RIG.fact("refused", "A", "retries"));
    assertThat(Integer.parseInt(RIG.fact("refused", "A", "failures"))).isBetween(1, 3);
    assertThat(RIG.fact("refused", "B", "requests")).isEqualTo("10");
  }

  @Test
  void killedServerFailsNoGetAndComesBack() {
    ScriptedServer b = RIG.server("killed", "B");
    try (Load load = Load.start(RIG, "/killed/", 12)) {
      await().until(() -> load.done() > 300);

      b.kill();
      long dead = load.now();
      await().until(() -> RIG.fact("killed", "B", "health").equals("DOWN"));
      await().until(() -> load.done() > dead + 300);
      b.revive();
      await().until(() -> RIG.fact("killed", "B", "health").equals("UP"));
      long back = load.now();
      await().until(() -> load.done() > back + 100);

      assertThat(load.stop().failed()).isEmpty();
      assertThat(load.since(back)).anyMatch(seen -> seen.servedBy().equals("B"));
    }
    await().untilAsserted(() -> assertThat(RIG.fact("killed", "B", "inFlight")).isEqualTo("0"));
  }

  @Test
  void getWhoseServerBreaksOffIsAnsweredByAnother() {
    RIG.server("lost", "A").script((request, client) -> reset(client));

    for (int i = 0; i < 6; i++) {
      assertThat(servedBy(RIG.get("/lost/"))).isEqualTo("B");
    }

    assertThat(RIG.fact("lost", "A", "failures")).isEqualTo("3");
    assertThat(RIG.fact("lost", "A", "retries")).isEqualTo("3");
    assertThat(RIG.fact("lost", "B", "requests")).isEqualTo("6");
  }

  @Test
  void idleConnectionsThatDiedFailNoGet() {
    ScriptedServer a = RIG.server("idle", "A");
    RIG.servers("/idle/", 20);

    a.kill();
    a.revive();

    for (int i = 0; i < 20; i++) {
      assertThat(RIG.get("/idle/").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void onlyServerThatBreaksOffOnceIsAskedAgain() {
    ScriptedServer only = RIG.server("single", "A");
    only.script(
        (request, client) -> {
          if (only.requests().size() == 1) {
            reset(client);
          } else {
            say(client, 200, "second time");
          }
        });

    assertThat(RIG.get("/single/").body()).isEqualTo("second time");
  }

  @Test
  void postWithoutAKeyIsNeverSentTwice() {
    RIG.server("lostpost", "A").script((request, client) -> reset(client));
    RIG.server("lostpost", "B").script((request, client) -> reset(client));

    HttpResponse<String> response = post("/lostpost/", "once");

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(response.body()).contains("broke off before it answered");
    assertThat(
            RIG.server("lostpost", "A").requests().size()
                + RIG.server("lostpost", "B").requests().size())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void postWithAKeyIsSentToAnotherServer(boolean inHeader) {
    RIG.server("keyed", "A").script((request, client) -> reset(client));

    for (int i = 0; i < 2; i++) {
      String key = UUID.randomUUID().toString();
      HttpResponse<String> response =
          inHeader
              ? post("/keyed/", "text " + key, "Idempotency-Key", key)
              : post("/keyed/?idempotency-key=" + key, "text " + key);

      assertThat(servedBy(response)).isEqualTo("B");
      assertThat(RIG.server("keyed", "B").requests().getLast().body()).isEqualTo("text " + key);
    }
  }

  @Test
  void longPostWithAKeyIsStreamedAndNotSentTwice() {
    RIG.server("broken", "A").script((request, client) -> reset(client));
    RIG.server("broken", "B").script((request, client) -> reset(client));

    HttpResponse<String> response = post("/broken/", "x".repeat(100_000), "Idempotency-Key", "k");

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(
            RIG.server("broken", "A").requests().size()
                + RIG.server("broken", "B").requests().size())
        .isLessThanOrEqualTo(1);
  }

  @Test
  void lateGetIsAnsweredByAnotherServerAndLatePostIsA504() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    RIG.server("late", "A").script((request, client) -> over.await());

    assertThat(servedBy(RIG.get("/late/"))).isEqualTo("B");
    assertThat(servedBy(RIG.get("/late/"))).isEqualTo("B");
    List<Integer> statuses =
        List.of(post("/late/", "1").statusCode(), post("/late/", "2").statusCode());

    assertThat(statuses).containsExactlyInAnyOrder(200, 504);
    // The gateway gave up on A's connections rather than keep them.
    await().untilAsserted(() -> assertThat(RIG.fact("late", "A", "inFlight")).isEqualTo("0"));
    over.countDown();
  }

  @Test
  void whenNobodyListensItIsA503ThatSaysWhenToComeBack() {
    RIG.server("allgone", "A").kill();
    RIG.server("allgone", "B").kill();

    HttpResponse<String> response = post("/allgone/", "x");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    assertThat(response.body()).contains("No server of pool allgone can be reached.");

    HttpResponse<String> page =
        RIG.send(
            HttpRequest.newBuilder(RIG.site("/allgone/")).header("Accept", "text/html,*/*;q=0.8"));
    assertThat(page.statusCode()).isEqualTo(503);
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=UTF-8");
    assertThat(page.body()).contains("<h1>503 Service Unavailable</h1>");

    RIG.server("allgone", "B").revive();
    assertThat(servedBy(RIG.get("/allgone/"))).isEqualTo("B");
  }

  @Test
  void responseThatBreaksOffIsNeverReplayedAndItsTruncationShows() throws Exception {
    for (String server : List.of("A", "B")) {
      RIG.server("cut", server)
          .script(
              (request, client) -> {
                write(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
                client.close();
              });
    }

    String seen = raw("GET /cut/ HTTP/1.1\r\nHost: x\r\n\r\n");

    assertThat(seen).startsWith("HTTP/1.1 200").contains("Content-Length: 1000").endsWith("half");
    assertThat(RIG.server("cut", "A").requests().size() + RIG.server("cut", "B").requests().size())
        .isEqualTo(1);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        Integer.parseInt(RIG.fact("cut", "A", "failures"))
                            + Integer.parseInt(RIG.fact("cut", "B", "failures")))
                    .isEqualTo(1));
  }

  @Test
  void responseThatIsNotHttpIsA502() {
    for (String server : List.of("A", "B")) {
      RIG.server("garbled", server)
          .script(
              (request, client) -> {
                write(client, "SMTP says hello\r\n\r\n");
                client.close();
              });
    }

    assertThat(RIG.get("/garbled/").statusCode()).isEqualTo(502);
  }

  @Test
  void clientsThatLeaveAreNotCountedForEver() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    ScriptedServer server = RIG.server("aborts", "A");
    server.script(
        (request, client) -> {
          if (request.target().endsWith("half")) {
            write(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhalf");
          }
          over.await();
        });
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Socket client = new Socket(InetAddress.getLoopbackAddress(), RIG.sitePort());
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
    await().untilAsserted(() -> assertThat(RIG.fact("aborts", "A", "inFlight")).isEqualTo("20"));
    await().until(() -> server.requests().size() == 20);

    for (Socket client : clients) {
      client.close();
    }

    await().untilAsserted(() -> assertThat(RIG.fact("aborts", "A", "inFlight")).isEqualTo("0"));
    assertThat(RIG.fact("aborts", "A", "failures")).isEqualTo("0");
    over.countDown();
    // The server was told as well: its connections are closed, not left to answer nobody.
    await().untilAsserted(() -> assertThat(server.openConnections()).isZero());
  }

  @Test
  void clientThatLeavesDuringItsUploadIsNotTheServersFault() throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), RIG.sitePort())) {
      write(client, "POST /stalled/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\npart");
      await()
          .until(
              () ->
                  RIG.fact("stalled", "A", "inFlight").equals("1")
                      || RIG.fact("stalled", "B", "inFlight").equals("1"));
    }

    await()
        .untilAsserted(
            () -> {
              assertThat(RIG.fact("stalled", "A", "inFlight")).isEqualTo("0");
              assertThat(RIG.fact("stalled", "B", "inFlight")).isEqualTo("0");
            });
    assertThat(RIG.fact("stalled", "A", "failures")).isEqualTo("0");
    assertThat(RIG.fact("stalled", "B", "failures")).isEqualTo("0");
  }

  @Test
  void serversAreToldTheTruthAboutGatewayAndClient() {
    RIG.send(
        HttpRequest.newBuilder(RIG.site("/heads/"))
            .header("X-Mainstay-Gateway", "forged")
            .header("X-Forwarded-For", "6.6.6.6")
            .header("Forwarded", "for=6.6.6.6")
            .header("X-Forwarded-Host", "forged.example"));

    ScriptedServer.Request request =
        Stream.of("A", "B")
            .flatMap(server -> RIG.server("heads", server).requests().stream())
            .findFirst()
            .orElseThrow();
    assertThat(request.header("X-Mainstay-Gateway")).isEqualTo("gw-1");
    assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
    assertThat(request.header("X-Forwarded-Host")).isEqualTo("127.0.0.1:" + RIG.sitePort());
    assertThat(request.header("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(request.header("Host")).isEqualTo("127.0.0.1:" + RIG.sitePort());
    assertThat(request.header("Forwarded")).isEmpty();
  }

  /** Sends bytes and reads until the gateway closes. */
  private static String raw(String bytes) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), RIG.sitePort())) {
      write(client, bytes);
      client.setSoTimeout(10_000);
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
