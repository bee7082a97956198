package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedController;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/stack}: the whole picture, of a gateway with controllers and a second gateway.
 */
class StackPictureIT {

  private static final String TOPOLOGY =
      """
      {"controller":"%s","cluster":"c","engine":"MYSQL","epoch":7,"primary":"db-1","leader":"rt-2","nodes":[
        {"id":"db-1","role":"PRIMARY","writable":true,"lagMillis":null,"gtid":"a:1-90","port":3311,"host":"127.0.0.1"},
        {"id":"db-2","role":"REPLICA","writable":false,"lagMillis":120,"gtid":"a:1-88","port":3312,"host":"127.0.0.1"}]}
      """;

  private static final ScriptedController FIRST =
      ScriptedController.start("rt-1").topology(TOPOLOGY.formatted("rt-1"));
  private static final ScriptedController LEADER =
      ScriptedController.start("rt-2").topology(TOPOLOGY.formatted("rt-2"));
  private static final ScriptedController HANGING = ScriptedController.start("rt-3").hangs(true);
  private static final Rig OTHER = new Rig().pool("web", 1).set("mainstay.gateway.id", "gw-2");
  private static final Rig RIG = new Rig().pool("web", 3, 1);

  @BeforeAll
  static void start() {
    OTHER.start();
    RIG.set(
            "mainstay.gateway.stack.controllers",
            String.join(",", FIRST.uri(), LEADER.uri(), HANGING.uri()))
        .set("mainstay.gateway.stack.gateways", OTHER.admin("/"))
        .set("mainstay.gateway.stack.token", "the-controllers-own")
        .start();
  }

  @AfterAll
  static void stop() {
    RIG.close();
    OTHER.close();
    FIRST.close();
    LEADER.close();
    HANGING.close();
  }

  private static JsonNode picture() {
    HttpResponse<String> response = RIG.send(HttpRequest.newBuilder(RIG.admin("/api/stack")));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }

  @Test
  void thePictureHasAllPartsThoughOneControllerHangs() {
    await().until(() -> picture().path("topology").isObject());
    await().until(() -> picture().path("gateways").path(1).path("reachable").asBoolean());
    long began = System.nanoTime();

    JsonNode picture = picture();

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    assertThat(picture.propertyNames())
        .containsExactly(
            "at",
            "gateway",
            "traffic",
            "gateways",
            "pools",
            "controllers",
            "topology",
            "steerable",
            "breakable");
    assertThat(picture.path("gateways").valueStream().map(each -> each.path("id").asString()))
        .containsExactly("gw-1", "gw-2");
    assertThat(
            picture
                .path("controllers")
                .valueStream()
                .map(each -> each.path("id").asString() + " " + each.path("leads").asBoolean()))
        .containsExactly(
            "rt-1 false", "rt-2 true", HANGING.uri().substring("http://".length()) + " false");
    assertThat(picture.at("/topology/epoch").asInt()).isEqualTo(7);
    assertThat(picture.at("/topology/nodes/1/lagMillis").asInt()).isEqualTo(120);
    JsonNode server = picture.at("/pools/0/servers/0");
    assertThat(server.path("id").asString()).isEqualTo("A");
    assertThat(server.path("share").asDouble()).isEqualTo(0.75);
  }

  @Test
  void trafficIsToldPerSecond() {
    await()
        .untilAsserted(
            () -> {
              RIG.servers("/web/x", 8);
              JsonNode picture = picture();
              JsonNode a = picture.at("/pools/0/servers/0/traffic");
              assertThat(a.path("requestsPerSecond").asDouble()).isPositive();
              assertThat(a.path("p50Micros").asLong()).isPositive();
              assertThat(a.path("p99Micros").asLong())
                  .isGreaterThanOrEqualTo(a.path("p50Micros").asLong());
              assertThat(picture.at("/gateways/0/pools/web/A")).isEqualTo(a);
              assertThat(picture.at("/traffic/requestsPerSecond").asDouble())
                  .isGreaterThanOrEqualTo(a.path("requestsPerSecond").asDouble());
            });
  }

  @Test
  void anotherGatewayIsSeenByWhatItTells() {
    await()
        .untilAsserted(
            () -> {
              OTHER.servers("/web/x", 3);
              assertThat(picture().at("/gateways/1/pools/web/A/requestsPerSecond").asDouble())
                  .isPositive();
            });
  }

  @Test
  void theQuarterOfAnHourComesAsRows() {
    await()
        .untilAsserted(
            () -> {
              JsonNode history =
                  JsonMapper.shared()
                      .readTree(
                          RIG.send(HttpRequest.newBuilder(RIG.admin("/api/stack/history"))).body());
              assertThat(history.path("points").size()).isPositive();
              JsonNode last = history.path("points").get(history.path("points").size() - 1);
              assertThat(last.size()).isEqualTo(history.path("columns").size());
              assertThat(last.get(5).asInt()).isEqualTo(120);
            });
  }

  @Test
  @Timeout(60)
  void theStreamTellsWhatHappensHereAndAtTheControllers() {
    HttpResponse<Stream<String>> response =
        RIG.follow(
            HttpRequest.newBuilder(RIG.admin("/api/stack")).header("Accept", "text/event-stream"));
    assertThat(response.statusCode()).isEqualTo(200);
    try (Stream<String> lines = response.body()) {
      Iterator<String> each = lines.iterator();
      assertThat(each.next()).isEqualTo("event:timeline");
      RIG.change("web", "B", "{\"weight\":2}");
      RIG.change("web", "B", "{\"weight\":1}");
      assertThat(next(each, "\"text\":\"weight 1 → 2\""))
          .contains(
              "\"who\":\"gw-1\"", "\"about\":\"B\"", "\"why\":\"admin: PATCH from 127.0.0.1\"");

      LEADER.tell(
          "{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"rt-2\",\"kind\":\"PRIMARY\",\"node\":\"db-2\",\"text\":\"db-2 is primary\",\"millis\":900}");

      assertThat(next(each, "db-2 is primary"))
          .contains(
              "\"who\":\"rt-2\"", "\"what\":\"primary\"", "\"about\":\"db-2\"", "\"millis\":900");
      assertThat(next(each, "\"topology\":")).startsWith("data:{\"at\"");
    }
  }

  private static String next(Iterator<String> lines, String part) {
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.contains(part)) {
        return line;
      }
    }
    throw new AssertionError("the stream ended");
  }

  @Test
  void aSwitchoverGoesToTheLeaderWithItsToken() {
    await().until(() -> picture().path("controllers").path(1).path("leads").asBoolean());
    LEADER.orders(200, "{\"primary\":\"db-2\",\"epoch\":8,\"millis\":210}");

    HttpResponse<String> done = RIG.admin("POST", "/api/switchover", "{\"to\":\"db-2\"}");

    assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    assertThat(done.body()).contains("\"epoch\":8");
    assertThat(FIRST.orders()).isEmpty();
    assertThat(LEADER.orders())
        .last()
        .satisfies(
            order -> {
              assertThat(order.header("Authorization")).isEqualTo("Bearer the-controllers-own");
              assertThat(order.body()).isEqualTo("{\"to\":\"db-2\"}");
            });

    LEADER.orders(404, "{\"detail\":\"there is no node of this name\"}");
    HttpResponse<String> refused = RIG.admin("POST", "/api/switchover", "{\"to\":\"db-9\"}");
    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(refused.body()).contains("there is no node of this name");
  }

  @Test
  void aSwitchoverNeedsTheTokenTheHostAndTheOrigin() {
    int before = LEADER.orders().size();
    HttpRequest.Builder none =
        HttpRequest.newBuilder(RIG.admin("/api/switchover"))
            .POST(BodyPublishers.ofString("{\"to\":\"db-2\"}"));
    assertThat(RIG.send(none).statusCode()).isEqualTo(401);
    assertThat(
            RIG.send(
                    none.header("Authorization", "Bearer " + Rig.TOKEN)
                        .header("Origin", "http://evil.example"))
                .statusCode())
        .isEqualTo(403);
    assertThat(RIG.admin("POST", "/api/switchover", "{\"node\":\"db-2\"}").statusCode())
        .isEqualTo(400);
    assertThat(OTHER.admin("POST", "/api/switchover", "{\"to\":\"db-2\"}").statusCode())
        .isEqualTo(409);
    assertThat(LEADER.orders()).hasSize(before);
  }

  /** Trap: a graceful shutdown waits for a stream as for any request, until its time is up. */
  @Test
  @Timeout(60)
  void theEndOfTheGatewayIsTheEndOfTheStream() {
    try (Rig own = new Rig().pool("web", 1).start()) {
      Stream<String> lines =
          own.follow(
                  HttpRequest.newBuilder(own.admin("/api/stack"))
                      .header("Accept", "text/event-stream"))
              .body();
      long began = System.nanoTime();

      own.context().close();

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
      lines.forEach(line -> {});
    }
  }

  @Test
  void withoutControllersThereIsNoDatabaseInThePicture() {
    JsonNode picture =
        JsonMapper.shared()
            .readTree(OTHER.send(HttpRequest.newBuilder(OTHER.admin("/api/stack"))).body());

    assertThat(picture.path("controllers").size()).isZero();
    assertThat(picture.path("topology").isNull()).isTrue();
    assertThat(picture.path("steerable").asBoolean()).isFalse();
  }
}
