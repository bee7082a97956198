package dev.mainstay.gateway;

import static dev.mainstay.gateway.testing.ScriptedServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.express.Express;
import dev.mainstay.gateway.testing.ByteServer;
import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The express front, byte for byte on both sides. */
class ExpressIT {

  private static final ByteServer SERVER = ByteServer.start();
  private static final ByteServer SECOND = ByteServer.start();
  private static final ByteServer THIRD = ByteServer.start();

  private static final Rig RIG =
      new Rig()
          .set("mainstay.gateway.express.enabled", true)
          .poolOf("e", SERVER.uri())
          .poolOf("two", SECOND.uri(), THIRD.uri())
          .set("mainstay.gateway.pools.two.timeouts.response", "800ms")
          .set("mainstay.gateway.pools.two.timeouts.total", "1200ms")
          .set("mainstay.gateway.pools.two.retry.attempts", 9)
          .pool("order", 1)
          .filtered("slow-way", "order")
          .pool("hung", 1, 1);

  @BeforeAll
  static void start() {
    RIG.start();
  }

  @AfterAll
  static void stop() {
    RIG.close();
    SERVER.close();
    SECOND.close();
    THIRD.close();
  }

  private static Wire client() throws IOException {
    return Wire.to(RIG.sitePort());
  }

  private static String get(String target) {
    return "GET %s HTTP/1.1\r\nHost: site.example\r\n\r\n".formatted(target);
  }

  private static String ok(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(), body);
  }

  private static long taken() {
    return RIG.context().getBean(Express.class).engine().taken();
  }

  @Test
  void requestAndAnswerPassByteForByteButForTheHop() throws Exception {
    long before = taken();
    try (Wire client = client()) {
      client.send(get("/e/b;c/%41?q=x"));
      // A path that Spring would read otherwise than letter by letter is for Spring to route.
      try (Wire server = SERVER.next()) {
        assertThat(server.head()).startsWith("GET /e/b;c/%41?q=x HTTP/1.1\r\n");
        server.send(ok("x"));
        assertThat(client.response()).endsWith("\r\n\r\nx");
      }
    }
    assertThat(taken()).isEqualTo(before);
    try (Wire client = client()) {
      client.send(
          "GET /e/a/b.c?q=%20|x;%00// HTTP/1.1\r\nHost: site.example:81\r\nX-One: 1\r\nConnection: x-private, keep-alive\r\nX-Private: p\r\nTE: trailers\r\nKeep-Alive: 5\r\nX-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nAccept-Encoding: gzip\r\nX-One: 2\r\n\r\n");
      try (Wire server = SERVER.next()) {
        assertThat(server.head())
            .isEqualTo(
                "GET /e/a/b.c?q=%20|x;%00// HTTP/1.1\r\nHost: site.example:81\r\nX-One: 1\r\nAccept-Encoding: gzip\r\nX-One: 2\r\nx-mainstay-gateway: gw-1\r\nx-forwarded-for: 127.0.0.1\r\nx-forwarded-proto: http\r\nx-forwarded-host: site.example:81\r\nx-forwarded-port: 81\r\n\r\n");
        server.send(
            "HTTP/1.1 200 Fine\r\nX-B: 1\r\nConnection: X-Hop\r\nX-Hop: h\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u001f\u008b\u0000");

        assertThat(client.response())
            .isEqualTo(
                "HTTP/1.1 200 Fine\r\nX-B: 1\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\nX-Served-By: A\r\n\r\n\u001f\u008b\u0000");
      }
    }
    assertThat(taken()).isEqualTo(before + 1);
  }

  @Test
  void connectionsAreKeptOnBothSides() throws Exception {
    try (Wire client = client()) {
      client.send(get("/e/1"));
      try (Wire server = SERVER.next()) {
        for (int i = 1; i < 5; i++) {
          assertThat(server.head()).contains(" /e/" + i + " ");
          server.send(ok("x"));
          assertThat(client.response()).endsWith("\r\n\r\nx");
          if (i < 4) {
            client.send(get("/e/" + (i + 1)));
          }
        }
      }
    }
  }

  @Test
  void headAndAnswersWithoutABodyKeepTheConnectionsInStep() throws Exception {
    try (Wire client = client()) {
      client.send("HEAD /e/head HTTP/1.1\r\nHost: a\r\n\r\n");
      try (Wire server = SERVER.next()) {
        assertThat(server.head()).startsWith("HEAD /e/head ");
        server.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        assertThat(client.head()).contains("Content-Length: 1000");

        client.send(get("/e/204"));
        assertThat(server.head()).startsWith("GET /e/204 ");
        server.send("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 204 No Content\r\n");

        client.send(get("/e/304"));
        assertThat(server.head()).startsWith("GET /e/304 ");
        server.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 304 Not Modified\r\n");

        client.send(get("/e/103"));
        assertThat(server.head()).startsWith("GET /e/103 ");
        server.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok("after hints"));
        assertThat(client.head()).startsWith("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n");
        assertThat(client.response()).endsWith("\r\n\r\nafter hints");
      }
    }
  }

  @Test
  void bodiesPassInBothFramings() throws Exception {
    try (Wire client = client()) {
      client.send("POST /e/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
      try (Wire server = SERVER.next()) {
        assertThat(server.head()).contains("Content-Length: 5\r\n");
        // Streamed: the first part is there before the second is sent.
        assertThat(server.read(2)).isEqualTo("ab");
        client.send("cde");
        assertThat(server.read(3)).isEqualTo("cde");
        server.send(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n");
        assertThat(client.response())
            .contains("\r\nTransfer-Encoding: chunked\r\n")
            .endsWith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n");

        client.send(
            "POST /e/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
        assertThat(server.head()).contains("Transfer-Encoding: chunked\r\n");
        assertThat(server.read(7)).isEqualTo("2\r\nab\r\n");
        client.send("0\r\nX-Trailer: t\r\n\r\n");
        assertThat(server.head()).isEqualTo("0\r\nX-Trailer: t\r\n\r\n");
        server.send(ok("both"));
        assertThat(client.response()).endsWith("\r\n\r\nboth");
      }
    }
  }

  @Test
  void waitingForContinueIsAnsweredByTheGateway() throws Exception {
    try (Wire client = client()) {
      client.send(
          "POST /e/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      client.send("ab");
      try (Wire server = SERVER.next()) {
        assertThat(server.head()).doesNotContain("xpect").startsWith("POST ");
        assertThat(server.read(2)).isEqualTo("ab");
        server.send("HTTP/1.1 100 Continue\r\n\r\n" + ok("x"));
        assertThat(client.response()).startsWith("HTTP/1.1 200 ");
      }
    }
  }

  @Test
  void answerThatEndsWithItsConnectionIsFramedForTheClient() throws Exception {
    try (Wire client = client()) {
      client.send(get("/e/"));
      try (Wire server = SERVER.next()) {
        var _ = server.head();
        server.send("HTTP/1.1 200 OK\r\n\r\nabc");
      }
      assertThat(client.response()).contains("chunked").endsWith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
      client.send("GET /e/ HTTP/1.0\r\n\r\n");
      try (Wire server = SERVER.next()) {
        assertThat(server.head())
            .startsWith("GET /e/ HTTP/1.1\r\n")
            .contains("host: " + SERVER.uri().substring(7));
        server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nold\r\n0\r\n\r\n");
      }
      assertThat(client.rest()).doesNotContain("hunked").endsWith("\r\n\r\nold");
    }
  }

  @Test
  void oldClientIsKeptWhereItAsksForIt() throws Exception {
    try (Wire client = client()) {
      client.send("GET /e/ HTTP/1.0\r\nConnection: keep-alive\r\nHost: a\r\n\r\n");
      try (Wire server = SERVER.next()) {
        assertThat(server.head()).doesNotContain("onnection");
        server.send(ok("x"));
        assertThat(client.response()).contains("onnection: keep-alive").endsWith("x");
        client.send("GET /e/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(server.head()).doesNotContain("onnection");
        server.send(ok("y"));
        assertThat(client.rest()).contains("onnection: close").endsWith("y");
      }
    }
  }

  @Test
  void pipelinedRequestsKeepTheirOrderAcrossFronts() throws Exception {
    RIG.server("order", "A").script((request, client) -> say(client, 200, request.target()));
    long before = taken();
    try (Wire client = client()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 8; i++) {
        requests.append(get((i % 2 == 0 ? "/order/" : "/slow-way/") + i));
      }
      client.send(requests.toString());

      for (int i = 0; i < 8; i++) {
        String response = client.response();
        assertThat(response).endsWith((i % 2 == 0 ? "/order/" : "/slow-way/") + i);
        assertThat(response.contains("X-Filtered: yes")).isEqualTo(i % 2 == 1);
      }
    }
    assertThat(taken()).isEqualTo(before + 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "Content-Length: x\r\n\r\nabc",
        "Transfer-Encoding: gzip\r\n\r\nabc",
        "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "X: y\nContent-Length: 3\r\n\r\nabc",
      })
  void badFramingFromAServerIsA502(String afterTheStatus) throws Exception {
    try (Wire client = client()) {
      client.send("POST /e/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
      try (Wire server = SERVER.next()) {
        var _ = server.head();
        server.send("HTTP/1.1 200 OK\r\n" + afterTheStatus);

        assertThat(client.response()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
      }
    }
  }

  @Test
  void badChunkInTheMiddleCutsTheAnswerOff() throws Exception {
    try (Wire client = client()) {
      client.send(get("/e/"));
      try (Wire server = SERVER.next()) {
        var _ = server.head();
        server.send(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\nabc\r\n0\r\n\r\n");

        assertThat(client.rest()).endsWith("\r\n\r\n3\r\nabc\r\n");
      }
    }
  }

  @Test
  void restingConnectionThatDiesIsCountedAndAGetGoesOn() throws Exception {
    int failures = Integer.parseInt(RIG.fact("e", "A", "failures"));
    try (Wire client = client()) {
      client.send(get("/e/first"));
      try (Wire server = SERVER.next()) {
        var _ = server.head();
        server.send(ok("x"));
        var _ = client.response();
        client.send(get("/e/second"));
        assertThat(server.head()).startsWith("GET /e/second ");
      }
      try (Wire server = SERVER.next()) {
        assertThat(server.head()).startsWith("GET /e/second ");
        server.send(ok("again"));
        assertThat(client.response()).endsWith("\r\n\r\nagain");
        assertThat(RIG.fact("e", "A", "failures")).isEqualTo(Integer.toString(failures + 1));

        client.send("POST /e/third HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        assertThat(server.head()).startsWith("POST /e/third ");
      }
      assertThat(client.response()).startsWith("HTTP/1.1 502 ");
    }
    assertThat(SERVER.isAsked()).isFalse();
  }

  @Test
  void oneDeadlineHoldsOverAllServers() throws Exception {
    long begun = System.nanoTime();
    try (Wire client = client()) {
      client.send(get("/two/"));
      try (Wire second = SECOND.next();
          Wire third = THIRD.next()) {
        assertThat(client.response()).startsWith("HTTP/1.1 504 ");
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
            .isBetween(Duration.ofMillis(1150), Duration.ofSeconds(6));
        var _ = second.head();
        var _ = third.head();
        // The gateway has given up on both.
        assertThat(second.ends()).isTrue();
        assertThat(third.ends()).isTrue();
      }
    }
    assertThat(SECOND.isAsked() || THIRD.isAsked()).isFalse();
  }

  @Test
  void requestAtAServerThatIsMarkedDownIsSentToAnotherAtOnce() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    await().until(() -> RIG.fact("hung", "A", "health").equals("UP"));
    RIG.change("hung", "B", "{\"weight\":0}");
    RIG.server("hung", "A")
        .script(
            (request, client) -> {
              RIG.change("hung", "B", "{\"weight\":1}");
              RIG.server("hung", "A").health(503);
              over.await();
            });
    try (Wire client = client()) {
      long begun = System.nanoTime();

      assertThat(client.send(get("/hung/")).response()).contains("X-Served-By: B");

      // The response time-out is 10 s.
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
    }
    over.countDown();
  }

  @Test
  void clientThatLeavesEndsItsRequestAtTheServer() throws Exception {
    try (Wire server = askAndLeave()) {
      assertThat(server.ends()).isTrue();
    }
    await().untilAsserted(() -> assertThat(RIG.fact("e", "A", "inFlight")).isEqualTo("0"));
  }

  private static Wire askAndLeave() throws Exception {
    try (Wire client = client()) {
      client.send(get("/e/leave"));
      Wire server = SERVER.next();
      var _ = server.head();
      return server;
    }
  }

  @Test
  void whoeverDoesNotReadHoldsUpWhoeverSends() throws Exception {
    try (Wire client = client()) {
      client.send(get("/e/long"));
      try (Wire server = SERVER.next()) {
        var _ = server.head();
        server.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(LONG));
        AtomicLong sent = flood(server.socket());
        assertThat(heldUp(sent)).isLessThan(LONG);

        assertThat(client.head()).startsWith("HTTP/1.1 200 ");
        assertThat(client.drain(LONG)).isEqualTo(LONG);
      }
      client.send("POST /e/long HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n".formatted(LONG));
      AtomicLong sent = flood(client.socket());
      try (Wire server = SERVER.next()) {
        assertThat(server.head().toLowerCase(Locale.ROOT)).contains("content-length: " + LONG);
        assertThat(heldUp(sent)).isLessThan(LONG);

        assertThat(server.drain(LONG)).isEqualTo(LONG);
        server.send(ok("all"));
        assertThat(client.response()).endsWith("\r\n\r\nall");
      }
    }
  }

  private static final long LONG = 64L * 1024 * 1024;

  /** Sends so many bytes from a thread of its own, and counts those that went out. */
  private static AtomicLong flood(Socket socket) {
    AtomicLong sent = new AtomicLong();
    Thread.ofVirtual()
        .start(
            () -> {
              byte[] block = new byte[64 * 1024];
              try {
                OutputStream out = socket.getOutputStream();
                while (sent.get() < LONG) {
                  out.write(block);
                  sent.addAndGet(block.length);
                }
              } catch (IOException gone) {
                // The test is over.
              }
            });
    return sent;
  }

  private static long heldUp(AtomicLong sent) {
    AtomicLong last = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(100))
        .until(() -> last.getAndSet(sent.get()) == sent.get() && sent.get() > 0);
    return sent.get();
  }
}
