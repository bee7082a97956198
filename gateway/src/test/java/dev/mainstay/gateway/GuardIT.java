package dev.mainstay.gateway;

import static dev.mainstay.gateway.testing.ScriptedServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedServer;
import dev.mainstay.gateway.testing.Wire;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client may send, byte for byte, to a real gateway in front of a server that notes all, by
 * both fronts.
 */
@ParameterizedClass(name = "express {0}")
@ValueSource(booleans = {false, true})
class GuardIT {

  private static Rig rig = new Rig();

  @Parameter boolean express;

  @BeforeParameterizedClassInvocation
  static void start(boolean express) {
    rig =
        new Rig()
            .set("mainstay.gateway.express.enabled", express)
            .pool("strict", 1)
            .pool("turns", 1)
            .pool("body", 1)
            .pool("slow", 1)
            .set("mainstay.gateway.guard.head-timeout", "500ms")
            .set("mainstay.gateway.guard.body-timeout", "2s")
            .start();
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    rig.close();
  }

  private static String exchange(String bytes) throws IOException {
    try (Wire wire = Wire.to(rig.sitePort())) {
      return wire.send(bytes).rest();
    }
  }

  private static String get(String target) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(target);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "400!GET /strict/ HTTP/1.1\\nHost: a\\n\\n",
        "400!GET /strict/ HTTP/1.1\\r\\nHost: a\\r\\nX: b\\r\\n c\\r\\n\\r\\n",
        "400!GET /strict/ HTTP/1.1\\r\\nHost: a\\r\\nHost: a\\r\\n\\r\\n",
        "400!GET http://b/strict/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400!GET /strict/\\1 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400!POST /strict/ HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
        "400!POST /strict/ HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1\\r\\nContent-Length: 1\\r\\n\\r\\nx",
        "400!POST /strict/ HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nxy",
        "400!POST /strict/ HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked, chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET /strict/smuggled HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "400!POST /strict/ HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\n",
        "400!POST /strict/ HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1 x\\r\\na\\r\\n0\\r\\n\\r\\n",
        "400!POST /strict/ HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1;\\nx\\r\\na\\r\\n0\\r\\n\\r\\n",
        "400!POST /strict/ HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n-1\\r\\n",
        "505!GET /strict/ HTTP/2.0\\r\\nHost: a\\r\\n\\r\\n",
      })
  void whatHasTwoMeaningsReachesNoServer(int status, String bytes) throws IOException {
    assertThat(exchange(bytes.translateEscapes()))
        .startsWith("HTTP/1.1 %d ".formatted(status))
        .contains("connection: close", "application/problem+json", "\"status\":" + status)
        .containsOnlyOnce("content-length");
    assertThat(rig.server("strict", "A").requests()).isEmpty();
  }

  @Test
  void longLinesAndHeadersAreToldApart() throws IOException {
    assertThat(exchange(get("/strict/" + "x".repeat(5000)))).startsWith("HTTP/1.1 414 ");
    assertThat(
            exchange(
                "GET /strict/ HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n".formatted("x".repeat(9000))))
        .startsWith("HTTP/1.1 431 ");
    assertThat(rig.server("strict", "A").requests()).isEmpty();
  }

  @Test
  void refusalWaitsForTheAnswersBeforeIt() throws Exception {
    ScriptedServer server = rig.server("turns", "A");
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    server.script(
        (request, client) -> {
          asked.countDown();
          answer.await();
          say(client, 200, request.target());
        });
    try (Wire wire = Wire.to(rig.sitePort())) {
      wire.send(get("/turns/1") + get("/turns/2") + "GET /turns/3\r\n\r\n" + get("/turns/4"));
      asked.await();
      assertThat(server.requests()).hasSize(1);
      answer.countDown();

      assertThat(wire.response()).startsWith("HTTP/1.1 200 ").endsWith("/turns/1");
      assertThat(wire.response()).startsWith("HTTP/1.1 200 ").endsWith("/turns/2");
      assertThat(wire.rest()).startsWith("HTTP/1.1 400 ").containsOnlyOnce("content-length");
    }
    assertThat(server.requests())
        .extracting(ScriptedServer.Request::target)
        .containsExactly("/turns/1", "/turns/2");
  }

  @Test
  void chunkThatGoesWrongLaterEndsTheRequestAtItsServer() throws IOException {
    try (Wire wire = Wire.to(rig.sitePort())) {
      wire.send(
          "POST /body/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
      await().untilAsserted(() -> assertThat(rig.fact("body", "A", "inFlight")).isEqualTo("1"));

      wire.send("xyz\r\n");

      assertThat(wire.rest()).startsWith("HTTP/1.1 400 ");
    }
    await().untilAsserted(() -> assertThat(rig.fact("body", "A", "inFlight")).isEqualTo("0"));
    // A scripted server notes only requests that came whole.
    assertThat(rig.server("body", "A").requests()).isEmpty();
    assertThat(rig.fact("body", "A", "failures")).isEqualTo("0");
  }

  @Test
  void slowHeadAndSlowBodyAre408() throws IOException {
    try (Wire wire = Wire.to(rig.sitePort())) {
      assertThat(wire.send("GET /slow/ HTTP/1.1\r\nHost: a\r\n").rest())
          .startsWith("HTTP/1.1 408 ");
    }
    try (Wire wire = Wire.to(rig.sitePort())) {
      assertThat(
              wire.send("POST /slow/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\npart").rest())
          .startsWith("HTTP/1.1 408 ");
    }
    await().untilAsserted(() -> assertThat(rig.fact("slow", "A", "inFlight")).isEqualTo("0"));
    assertThat(rig.server("slow", "A").requests()).isEmpty();
  }

  @Test
  void slowServerIsNotASlowClient() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    rig.server("slow", "A")
        .script(
            (request, client) -> {
              late.await();
              say(client, 200, "late");
            });
    try (Wire wire = Wire.to(rig.sitePort());
        Wire other = Wire.to(rig.sitePort())) {
      wire.send(get("/slow/patience"));
      // Longer than a slow head takes to be refused.
      other.send("GET /slow/ HTTP/1.1\r\n");
      assertThat(other.rest()).startsWith("HTTP/1.1 408 ");
      late.countDown();

      assertThat(wire.response()).startsWith("HTTP/1.1 200 ").endsWith("late");
    }
  }
}
