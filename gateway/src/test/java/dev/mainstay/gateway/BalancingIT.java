package dev.mainstay.gateway;

import static dev.mainstay.gateway.testing.Rig.counts;
import static dev.mainstay.gateway.testing.Rig.servedBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.Load;
import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets which request, through a real gateway in front of real servers, by both fronts. */
@ParameterizedClass(name = "express {0}")
@ValueSource(booleans = {false, true})
class BalancingIT {

  private static Rig rig = new Rig();

  @Parameter boolean express;

  private static Rig rig(boolean express) {
    return new Rig()
        .set("mainstay.gateway.express.enabled", express)
        .pool("order", 5, 1, 1)
        .pool("shares", 5, 3, 2)
        .pool("weights", 1, 1)
        .pool("states", 1, 1, 1)
        .pool("comeback", 1, 1)
        .pool("panic", 1, 1)
        .pool("nobody", 1, 1)
        .pool("spare", 1, 1)
        .set("mainstay.gateway.pools.spare.servers[1].backup", true)
        .pool("passive", 1, 1)
        .pool("socket", 1);
  }

  @BeforeParameterizedClassInvocation
  static void start(boolean express) {
    rig = rig(express).start();
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    rig.close();
  }

  @Test
  void weights511GiveTheSmoothOrderUpToRotation() {
    String served = rig.servers("/order/", 21);

    assertThat("AABACAA".repeat(5)).contains(served);
  }

  @Test
  void thousandRequestsAreSplitExactly() throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> served =
          IntStream.range(0, 8)
              .mapToObj(i -> clients.submit(() -> rig.servers("/shares/", 125)))
              .toList();
      StringBuilder all = new StringBuilder();
      for (Future<String> one : served) {
        all.append(one.get());
      }

      assertThat(counts(all.toString())).isEqualTo(Map.of("A", 500, "B", 300, "C", 200));
    }
    assertThat(rig.server("shares", "A").requests()).hasSize(500);
    assertThat(rig.fact("shares", "A", "requests")).isEqualTo("500");
    assertThat(rig.fact("shares", "B", "requests")).isEqualTo("300");
    assertThat(rig.fact("shares", "C", "requests")).isEqualTo("200");
    await().untilAsserted(() -> assertThat(rig.fact("shares", "A", "inFlight")).isEqualTo("0"));
  }

  @Test
  void weightSetWhileTrafficRunsIsInForceForTheNextPick() {
    try (Load load = Load.start(rig, "/weights/", 6)) {
      await().until(() -> load.done() > 200);

      rig.change("weights", "B", "{\"weight\":0}");
      long without = load.now();
      await().until(() -> load.done() > without + 300);

      rig.change("weights", "B", "{\"weight\":256}");
      await().until(() -> load.done() > without + 900);
      assertThat(load.stop().failed()).isEmpty();

      long withoutB =
          load.since(without).stream()
              .limit(200)
              .filter(seen -> seen.servedBy().equals("B"))
              .count();
      assertThat(withoutB).isZero();
      assertThat(load.since(without).stream().filter(seen -> seen.servedBy().equals("B")).count())
          .isGreaterThan(200);
    }
  }

  @Test
  void drainedServerAndServerInMaintenanceGetNothingAndComeBack() {
    try (Load load = Load.start(rig, "/states/", 6)) {
      await().until(() -> load.done() > 100);

      rig.change("states", "B", "{\"state\":\"DRAIN\"}");
      rig.change("states", "C", "{\"state\":\"MAINT\"}");
      long out = load.now();
      await().until(() -> load.done() > out + 300);
      assertThat(load.since(out)).allMatch(seen -> seen.servedBy().equals("A"));
      assertThat(rig.fact("states", "B", "health")).isEqualTo("UP");
      assertThat(rig.fact("states", "C", "health")).isEqualTo("UNKNOWN");

      rig.change("states", "B", "{\"state\":\"READY\"}");
      rig.change("states", "C", "{\"state\":\"READY\"}");
      long back = load.now();
      await().until(() -> load.done() > back + 300);
      assertThat(load.stop().failed()).isEmpty();
      assertThat(load.since(back).stream().map(Load.Seen::servedBy).distinct())
          .containsExactlyInAnyOrder("A", "B", "C");
    }
  }

  @Test
  void checksTakeAServerOutAndItComesBackWithoutABurst() {
    ScriptedServer b = rig.server("comeback", "B");
    assertThat(counts(rig.servers("/comeback/", 10))).isEqualTo(Map.of("A", 5, "B", 5));

    b.health(503);
    await().until(() -> rig.fact("comeback", "B", "health").equals("DOWN"));
    assertThat(rig.fact("comeback", "B", "healthReason"))
        .isEqualTo("/health answered 503 (expected: 2xx or 3xx)");
    assertThat(rig.fact("comeback", "B", "effectiveWeight")).isEqualTo("0");
    assertThat(rig.servers("/comeback/", 50)).isEqualTo("A".repeat(50));

    b.health(200);
    await().until(() -> rig.fact("comeback", "B", "health").equals("UP"));
    assertThat(rig.servers("/comeback/", 6)).isIn("ABABAB", "BABABA");
  }

  @Test
  void whileAServerIsReadyNobodyIsTurnedAway() {
    rig.server("panic", "A").health(500);
    rig.server("panic", "B").health(500);
    await().until(() -> rig.fact("panic", "A", "health").equals("DOWN"));
    await().until(() -> rig.fact("panic", "B", "health").equals("DOWN"));

    assertThat(counts(rig.servers("/panic/", 10))).isEqualTo(Map.of("A", 5, "B", 5));
  }

  @Test
  void allTakenOutIsA503ThatSaysSo() {
    rig.change("nobody", "A", "{\"state\":\"DRAIN\"}");
    rig.change("nobody", "B", "{\"weight\":0}");

    var response = rig.get("/nobody/");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("5");
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(response.body()).contains("No server of pool nobody takes requests");
  }

  @Test
  void backupStandsInAndStepsBack() {
    assertThat(rig.servers("/spare/", 3)).isEqualTo("AAA");

    rig.change("spare", "A", "{\"weight\":0}");
    assertThat(rig.servers("/spare/", 3)).isEqualTo("BBB");

    rig.change("spare", "A", "{\"weight\":1}");
    assertThat(rig.servers("/spare/", 3)).isEqualTo("AAA");
  }

  @Test
  void modeChangesLive() {
    assertThat(counts(rig.servers("/passive/", 4))).isEqualTo(Map.of("A", 2, "B", 2));

    assertThat(
            rig.admin("PATCH", "/api/pools/passive", "{\"mode\":\"active-passive\"}").statusCode())
        .isEqualTo(200);
    assertThat(rig.servers("/passive/", 4)).isEqualTo("AAAA");

    assertThat(
            rig.admin("PATCH", "/api/pools/passive", "{\"mode\":\"active-active\"}").statusCode())
        .isEqualTo(200);
    assertThat(counts(rig.servers("/passive/", 4))).isEqualTo(Map.of("A", 2, "B", 2));
  }

  @Test
  void webSocketPassesThrough() throws Exception {
    rig.server("socket", "A").script(BalancingIT::echoFirstFrame);
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    HttpClient client = HttpClient.newHttpClient();
    try {
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create("ws://127.0.0.1:%d/socket/".formatted(rig.sitePort())), into(received))
              .get(10, TimeUnit.SECONDS);

      socket.sendText("hello", true).get(10, TimeUnit.SECONDS);

      assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
      socket.abort();
    } finally {
      // Not close(): that would wait for the socket.
      client.shutdownNow();
    }
    await().untilAsserted(() -> assertThat(rig.fact("socket", "A", "inFlight")).isEqualTo("0"));
  }

  private static WebSocket.Listener into(BlockingQueue<String> received) {
    return new WebSocket.Listener() {
      @Override
      public @Nullable CompletionStage<?> onText(
          WebSocket socket, CharSequence text, boolean last) {
        received.add(text.toString());
        return WebSocket.Listener.super.onText(socket, text, last);
      }
    };
  }

  /**
   * The least that RFC 6455 asks of a server: shakes hands, and sends a short text frame back
   * unmasked.
   */
  private static void echoFirstFrame(ScriptedServer.Request request, Socket client)
      throws IOException {
    String accept;
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest(
                  (request.header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                      .getBytes(StandardCharsets.US_ASCII));
      accept = Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    ScriptedServer.write(
        client,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n"
            .formatted(accept));
    InputStream in = client.getInputStream();
    byte[] head = in.readNBytes(6);
    byte[] payload = in.readNBytes(head[1] & 0x7f);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= head[2 + i % 4];
    }
    client.getOutputStream().write(new byte[] {(byte) 0x81, (byte) payload.length});
    client.getOutputStream().write(payload);
    client.getOutputStream().flush();
    var _ = in.read();
    client.close();
  }

  @Test
  void stockLoadBalancerIsNotThere() {
    assertThat(rig.context().getBeanDefinitionNames())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).contains("loadbalancerclientfilter"));
    assertThat(
            getClass()
                .getClassLoader()
                .getResource(
                    "org/springframework/cloud/loadbalancer/core/RoundRobinLoadBalancer.class"))
        .isNull();
    assertThat(servedBy(rig.get("/order/"))).isIn("A", "B", "C");
  }
}
