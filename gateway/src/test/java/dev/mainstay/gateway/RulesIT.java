package dev.mainstay.gateway;

import static dev.mainstay.gateway.testing.Rig.counts;
import static dev.mainstay.gateway.testing.Rig.servedBy;
import static dev.mainstay.gateway.testing.ScriptedServer.reset;
import static dev.mainstay.gateway.testing.ScriptedServer.say;
import static dev.mainstay.gateway.testing.ScriptedServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedServer;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules of a pool, through a real gateway: ejection, slow start, queue, budget, redispatch; by
 * both fronts.
 */
@ParameterizedClass(name = "express {0}")
@ValueSource(booleans = {false, true})
class RulesIT {

  private static Rig rig = new Rig();

  @Parameter boolean express;

  private static Rig rig(boolean express) {
    Rig made = new Rig().set("mainstay.gateway.express.enabled", express);
    unchecked(unchecked(made, "ejected", 1, 1), "stale", 1, 1)
        .pool("lifted", 1, 1)
        .pool("warm", 100, 100)
        .set("mainstay.gateway.pools.warm.slow-start", "1h")
        .pool("hung", 1, 1)
        .pool("busy", 1)
        .set("mainstay.gateway.pools.busy.limits.max-connections", 2)
        .set("mainstay.gateway.pools.busy.limits.queue", 3)
        .pool("patience", 1)
        .set("mainstay.gateway.pools.patience.limits.max-connections", 1)
        .set("mainstay.gateway.pools.patience.limits.queue-timeout", "100ms");
    for (String pool : List.of("unavailable", "told", "poor")) {
      unchecked(made, pool, 1, 1)
          .set("mainstay.gateway.pools.%s.passive.consecutive-errors".formatted(pool), 0);
    }
    unchecked(made, "deadline", 1, 1, 1)
        .set("mainstay.gateway.pools.deadline.timeouts.connect", "100ms")
        .set("mainstay.gateway.pools.deadline.timeouts.response", "800ms")
        .set("mainstay.gateway.pools.deadline.timeouts.total", "1200ms")
        .set("mainstay.gateway.pools.deadline.retry.attempts", 10)
        // Late once within the whole time-out is the server's error; late within what was left,
        // not.
        .set("mainstay.gateway.pools.deadline.passive.consecutive-errors", 1)
        .set("mainstay.gateway.pools.deadline.passive.max-ejected-percent", 100);
    return made.set("mainstay.gateway.pools.poor.retry.budget-percent", 0)
        .set("mainstay.gateway.pools.poor.retry.budget-floor", 2);
  }

  /** Checks that say nothing new during a test. */
  private static Rig unchecked(Rig rig, String pool, int... weights) {
    String health = "mainstay.gateway.pools.%s.health.".formatted(pool);
    return rig.pool(pool, weights)
        .set(health + "interval", "1h")
        .set(health + "fast-interval", "1h")
        .set(health + "down-interval", "1h")
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

  private static HttpResponse<String> post(String path) {
    return rig.send(HttpRequest.newBuilder(rig.site(path)).POST(BodyPublishers.ofString("x")));
  }

  private static void nothingIsInFlight(String pool) {
    for (var server : rig.pool(pool).get("servers")) {
      String id = server.get("id").asString();
      await().untilAsserted(() -> assertThat(rig.fact(pool, id, "inFlight")).isEqualTo("0"));
    }
  }

  @Test
  void serverThatAnswers503StandsAside() {
    rig.server("ejected", "A").script((request, client) -> say(client, 503, "overloaded"));

    List<Integer> statuses =
        IntStream.range(0, 6).mapToObj(i -> post("/ejected/").statusCode()).toList();
    assertThat(statuses).filteredOn(status -> status == 503).hasSize(3);

    await().until(() -> rig.fact("ejected", "A", "effectiveWeight").equals("0"));
    assertThat(rig.fact("ejected", "A", "ejectedUntil")).startsWith("20");
    assertThat(rig.fact("ejected", "B", "ejectedUntil")).isIn("", "null");
    assertThat(rig.servers("/ejected/", 4)).isEqualTo("BBBB");
    nothingIsInFlight("ejected");
  }

  @Test
  void passedCheckBringsAnEjectedServerBack() {
    ScriptedServer a = rig.server("lifted", "A");
    a.script((request, client) -> reset(client));
    for (int i = 0; i < 6; i++) {
      assertThat(servedBy(rig.get("/lifted/"))).isEqualTo("B");
    }
    a.script((request, client) -> say(client, 200, "well"));

    await().until(() -> counts(rig.servers("/lifted/", 4)).equals(Map.of("A", 2, "B", 2)));
  }

  @Test
  void connectionsThatDiedWhileIdleAreNotHeldAgainstTheServer() {
    ScriptedServer a = rig.server("stale", "A");
    AtomicInteger served = new AtomicInteger();
    // Every second request on a connection finds it dead.
    a.script(
        (request, client) -> {
          if (served.incrementAndGet() % 2 == 1) {
            say(client, 200, "first");
          } else {
            reset(client);
          }
        });

    for (int i = 0; i < 20; i++) {
      assertThat(rig.get("/stale/").statusCode()).isEqualTo(200);
    }

    assertThat(Integer.parseInt(rig.fact("stale", "A", "failures"))).isGreaterThanOrEqualTo(3);
    assertThat(rig.fact("stale", "A", "effectiveWeight")).isEqualTo("1");
  }

  @Test
  void serverThatComesUpStartsSlowlyAndOthersDidNotAtTheStart() {
    await().until(() -> rig.fact("warm", "B", "health").equals("UP"));
    assertThat(rig.fact("warm", "B", "effectiveWeight")).isEqualTo("100");

    rig.server("warm", "B").health(500);
    await().until(() -> rig.fact("warm", "B", "health").equals("DOWN"));
    rig.server("warm", "B").health(200);
    await().until(() -> rig.fact("warm", "B", "health").equals("UP"));

    assertThat(rig.fact("warm", "B", "effectiveWeight")).isEqualTo("7");
    assertThat(counts(rig.servers("/warm/", 107))).isEqualTo(Map.of("A", 100, "B", 7));
  }

  /** What a stopped process does: it takes the request, and then nothing. */
  @Test
  void requestsOfAServerThatChecksMarkDownAreAnsweredByAnother() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    ScriptedServer a = rig.server("hung", "A");
    a.script(
        (request, client) -> {
          over.await();
          reset(client);
        });
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> served =
          IntStream.range(0, 8)
              .mapToObj(i -> clients.submit(() -> servedBy(rig.get("/hung/" + i))))
              .toList();
      await().until(() -> a.requests().size() >= 4);
      Future<HttpResponse<String>> unsafe = clients.submit(() -> post("/hung/post"));
      Future<HttpResponse<String>> other = clients.submit(() -> post("/hung/post"));
      await().until(() -> a.requests().size() == 5);

      a.health(500);

      for (Future<String> each : served) {
        assertThat(each.get()).isEqualTo("B");
      }
      over.countDown();
      // What must not be sent twice stays where it is, and is told the truth in the end.
      assertThat(List.of(unsafe.get().statusCode(), other.get().statusCode()))
          .containsExactlyInAnyOrder(200, 502);
    }
    nothingIsInFlight("hung");
  }

  @Test
  void requestsAboveTheLimitWaitAndThoseAboveTheQueueAreTurnedAway() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    rig.server("busy", "A")
        .script(
            (request, client) -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              go.await();
              inside.decrementAndGet();
              say(client, 200, "done");
            });
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> served =
          IntStream.range(0, 4)
              .mapToObj(i -> clients.submit(() -> rig.get("/busy/" + i).statusCode()))
              .toList();
      await().until(() -> rig.fact("busy", "A", "queued").equals("2"));
      try (Socket leaves = new Socket(InetAddress.getLoopbackAddress(), rig.sitePort())) {
        write(leaves, "GET /busy/left HTTP/1.1\r\nHost: x\r\n\r\n");
        await().until(() -> rig.fact("busy", "A", "queued").equals("3"));

        HttpResponse<String> tooMany = rig.get("/busy/");
        assertThat(tooMany.statusCode()).isEqualTo(503);
        assertThat(tooMany.headers().firstValue("Retry-After")).contains("1");
        assertThat(tooMany.body()).contains("as many requests wait as may");
      }
      await().until(() -> rig.fact("busy", "A", "queued").equals("2"));

      go.countDown();
      for (Future<Integer> each : served) {
        assertThat(each.get()).isEqualTo(200);
      }
    }
    assertThat(most.get()).isEqualTo(2);
    assertThat(rig.server("busy", "A").requests())
        .extracting(ScriptedServer.Request::target)
        .doesNotContain("/busy/left")
        .hasSize(4);
    nothingIsInFlight("busy");
  }

  @Test
  void whoWaitedForTooLongIsTurnedAway() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    ScriptedServer a = rig.server("patience", "A");
    a.script(
        (request, client) -> {
          over.await();
          say(client, 200, "late");
        });
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> first = clients.submit(() -> rig.get("/patience/").statusCode());
      await().until(() -> a.requests().size() == 1);

      HttpResponse<String> second = rig.get("/patience/");

      assertThat(second.statusCode()).isEqualTo(503);
      assertThat(second.body()).contains("busy for too long");
      assertThat(second.headers().firstValue("Retry-After")).contains("1");
      over.countDown();
      assertThat(first.get()).isEqualTo(200);
    }
    nothingIsInFlight("patience");
  }

  @Test
  void getThatIsAnswered502To504IsAnsweredByAnother() {
    AtomicInteger status = new AtomicInteger(502);
    rig.server("unavailable", "A")
        .script((request, client) -> say(client, status.getAndIncrement(), "sorry"));

    for (int i = 0; i < 6; i++) {
      HttpResponse<String> response = rig.get("/unavailable/");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(servedBy(response)).isEqualTo("B");
    }

    assertThat(rig.fact("unavailable", "A", "retries")).isEqualTo("3");
    nothingIsInFlight("unavailable");
  }

  @Test
  void a503WithRetryAfterIsPassedOn() {
    for (String server : List.of("A", "B")) {
      rig.server("told", server)
          .script(
              (request, client) ->
                  write(
                      client,
                      "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nword"));
    }

    HttpResponse<String> response = rig.get("/told/");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("7");
    assertThat(response.body()).isEqualTo("word");
    assertThat(
            rig.server("told", "A").requests().size() + rig.server("told", "B").requests().size())
        .isEqualTo(1);
  }

  @Test
  void retriesEndWithTheBudget() {
    rig.server("poor", "A").script((request, client) -> reset(client));

    List<Integer> statuses =
        IntStream.range(0, 8).mapToObj(i -> rig.get("/poor/").statusCode()).toList();

    assertThat(statuses).filteredOn(status -> status == 502).hasSize(2);
    assertThat(rig.fact("poor", "A", "retries")).isEqualTo("2");
  }

  @Test
  void retriesEndWithTheTotalDeadline() {
    CountDownLatch over = new CountDownLatch(1);
    for (String server : List.of("A", "B", "C")) {
      rig.server("deadline", server).script((request, client) -> over.await());
    }

    HttpResponse<String> response = rig.get("/deadline/");

    assertThat(response.statusCode()).isEqualTo(504);
    // The second had what the first left of the 1.2 s, and there was no third.
    assertThat(
            Stream.of("A", "B", "C")
                .mapToInt(server -> rig.server("deadline", server).requests().size())
                .sum())
        .isBetween(1, 2);
    assertThat(rig.pool("deadline").get("servers"))
        .as("the one that had the whole time-out")
        .filteredOn(server -> server.get("effectiveWeight").asInt() == 0)
        .hasSize(1);
    over.countDown();
    nothingIsInFlight("deadline");
  }
}
