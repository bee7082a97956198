package dev.mainstay.gateway;

import static dev.mainstay.gateway.testing.Rig.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The admin port of a real gateway. */
class AdminIT {

  private static final Rig RIG =
      new Rig()
          .pool("web", 5, 1)
          .pool("members", 1)
          .set("mainstay.gateway.admin.hosts", "gateway.example");

  @BeforeAll
  static void start() {
    RIG.start();
  }

  @AfterAll
  static void stop() {
    RIG.close();
  }

  private static String detail(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = JsonMapper.shared().readTree(response.body());
    assertThat(problem.get("status").asInt()).isEqualTo(response.statusCode());
    return problem.get("detail").asString();
  }

  @Test
  void poolsAreShownAsTheContractSays() {
    await().until(() -> RIG.fact("web", "A", "health").equals("UP"));

    JsonNode pools =
        JsonMapper.shared()
            .readTree(RIG.send(HttpRequest.newBuilder(RIG.admin("/api/pools"))).body());

    assertThat(pools)
        .extracting(pool -> pool.get("name").asString())
        .containsExactlyInAnyOrder("web", "members");
    assertThat(pools.get(0).get("mode").asString()).isEqualTo("active-active");
    assertThat(pools.get(0).get("servers").get(0).propertyNames())
        .containsExactly(
            "id",
            "uri",
            "weight",
            "effectiveWeight",
            "backup",
            "state",
            "health",
            "healthReason",
            "ejectedUntil",
            "inFlight",
            "queued",
            "requests",
            "retries",
            "failures");
    assertThat(RIG.fact("web", "A", "healthReason")).isEqualTo("/health answered 200");
  }

  @Test
  void actuatorShowsThePoolsAndTheirMeters() {
    await().until(() -> RIG.fact("web", "A", "health").equals("UP"));
    RIG.servers("/web/", 6);

    JsonNode all = actuator("/actuator/pools");
    assertThat(all.get("pools")).extracting(it -> it.get("name").asString()).contains("web");
    JsonNode one = actuator("/actuator/pools/web");
    assertThat(one.get("pool").get("servers").get(0).get("id").asString()).isEqualTo("A");
    assertThat(RIG.send(HttpRequest.newBuilder(RIG.admin("/actuator/pools/none"))).statusCode())
        .isEqualTo(404);

    String meters = RIG.send(HttpRequest.newBuilder(RIG.admin("/actuator/prometheus"))).body();
    for (String meter :
        List.of(
            "requests_total",
            "failures_total",
            "retries_total",
            "ejections_total",
            "in_flight",
            "queued",
            "ejected",
            "latency_seconds_count")) {
      assertThat(meters).contains("mainstay_server_%s{pool=\"web\",server=\"A\"}".formatted(meter));
    }
    assertThat(meters)
        .contains("mainstay_server_latency_seconds_bucket{pool=\"web\",server=\"A\",le=\"0.25\"}");
  }

  private static JsonNode actuator(String path) {
    return JsonMapper.shared().readTree(RIG.send(HttpRequest.newBuilder(RIG.admin(path))).body());
  }

  @Test
  void amendmentIsDoneWholeAndAnswersTheServer() {
    HttpResponse<String> response =
        RIG.admin(
            "PATCH",
            "/api/pools/web/servers/B",
            "{\"weight\":3,\"state\":\"DRAIN\",\"backup\":true}");

    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode server = JsonMapper.shared().readTree(response.body());
    assertThat(server.get("weight").asInt()).isEqualTo(3);
    assertThat(server.get("state").asString()).isEqualTo("DRAIN");
    assertThat(server.get("backup").asBoolean()).isTrue();
    RIG.change("web", "B", "{\"weight\":1,\"state\":\"READY\",\"backup\":false}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"weight\":257}                  | weight is 257 (expected: 0-256).",
        "{\"weight\":-1}                   | weight is -1 (expected: 0-256).",
        "{\"weight\":\"x\"}                | weight is \"x\" (expected: a whole number, 0-256).",
        "{\"weight\":1.5}                  | weight is 1.5 (expected: a whole number, 0-256).",
        "{\"weight\":null}                 | weight is null (expected: a whole number, 0-256).",
        "{\"weight\":99999999999}          | weight is 99999999999 (expected: a whole number, 0-256).",
        "{\"state\":\"OFF\"}               | state is \"OFF\" (expected: READY, DRAIN, MAINT).",
        "{\"backup\":\"yes\"}              | backup is \"yes\" (expected: true or false).",
        "{\"weight\":7,\"state\":\"OFF\"}  | state is \"OFF\" (expected: READY, DRAIN, MAINT).",
        "{\"state\":\"MAINT\",\"weight\":257} | weight is 257 (expected: 0-256).",
        "{\"wieght\":7}                    | Field \"wieght\" is unknown (expected: weight, state, backup).",
        "{\"weight\":7,\"weight\":8}       | The body is not valid JSON: Duplicate Object property \"weight\".",
        "{}                                | The body names nothing (expected: any of weight, state, backup).",
        "[]                                | The body is no JSON object (expected: an object with any of weight, state, backup).",
        "``                                | The body is no JSON object (expected: an object with any of weight, state, backup)."
      })
  void wrongValueIsA400AndChangesNothing(String body, String sentence) {
    String before =
        RIG.pool("web").get("servers").get(0).get("weight") + RIG.fact("web", "A", "state");

    HttpResponse<String> response = RIG.admin("PATCH", "/api/pools/web/servers/A", body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(detail(response)).isEqualTo(sentence);
    assertThat(RIG.pool("web").get("servers").get(0).get("weight") + RIG.fact("web", "A", "state"))
        .isEqualTo(before);
  }

  @Test
  void badJsonIsA400() {
    for (String body : List.of("{\"weight\":", "{", "[1", "{\"weight\":x}")) {
      assertThat(detail(RIG.admin("PATCH", "/api/pools/web/servers/A", body)))
          .startsWith("The body is not valid JSON: ")
          .endsWith(".")
          .doesNotContain("Source", "Feature");
    }
  }

  @Test
  void longBodyIsA413() {
    assertThat(RIG.admin("PATCH", "/api/pools/web/servers/A", " ".repeat(17_000)).statusCode())
        .isEqualTo(413);
  }

  @Test
  void unknownNamesAre404() {
    assertThat(detail(RIG.admin("PATCH", "/api/pools/web/servers/Z", "{\"weight\":1}")))
        .isEqualTo("Pool web has no server \"Z\" (expected one of: A, B).");
    HttpResponse<String> pool =
        RIG.admin("PATCH", "/api/pools/nope", "{\"mode\":\"active-active\"}");
    assertThat(pool.statusCode()).isEqualTo(404);
    assertThat(detail(pool)).startsWith("There is no pool \"nope\" (expected one of: ");
    assertThat(RIG.send(HttpRequest.newBuilder(RIG.admin("/api/nothing"))).statusCode())
        .isEqualTo(404);
    assertThat(RIG.admin("PUT", "/api/pools", "{}").statusCode()).isEqualTo(405);
  }

  @Test
  void unknownModeIsA400() {
    assertThat(detail(RIG.admin("PATCH", "/api/pools/web", "{\"mode\":\"both\"}")))
        .isEqualTo("mode is \"both\" (expected: active-active or active-passive).");
  }

  /** An answer may come before the body has: the rest of the body is no request. */
  @ParameterizedTest
  @CsvSource({"wrong, 0, 24, 401", "wrong, 10, 24, 401", TOKEN + ", 16500, 60000, 413"})
  void aRefusalBeforeTheEndOfTheBodyLeavesTheConnectionFit(
      String token, int before, int length, int status) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), RIG.adminPort())) {
      client.setSoTimeout(10_000);
      InputStream answers = new BufferedInputStream(client.getInputStream());
      for (int round = 0; round < 50; round++) {
        ScriptedServer.write(
            client,
            "PATCH /api/pools/web HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(token, length, " ".repeat(before)));
        assertThat(status(answers)).isEqualTo(status);

        ScriptedServer.write(
            client,
            " ".repeat(length - before) + "GET /api/session HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(status(answers)).isEqualTo(200);
      }
    }
  }

  /** Reads one answer to its end. */
  private static int status(InputStream answers) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = answers.read();
      assertThat(next).as("after: %s", head).isNotNegative();
      head.append((char) next);
    }
    Matcher length = Pattern.compile("(?i)content-length: *(\\d+)").matcher(head);
    assertThat(length.find()).as(head.toString()).isTrue();
    answers.readNBytes(Integer.parseInt(length.group(1)));
    return Integer.parseInt(head.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer wrong", "Bearer ", "Basic " + TOKEN, TOKEN})
  void changeWithoutTheTokenIsA401AndChangesNothing(String authorization) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(RIG.admin("/api/pools/web/servers/A"))
            .method("PATCH", BodyPublishers.ofString("{\"weight\":9}"));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }

    HttpResponse<String> response = RIG.send(request);

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(detail(response)).startsWith("A change needs the admin token");
    assertThat(RIG.fact("web", "A", "weight")).isEqualTo("5");
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, , 403",
    "evil.example:9090, , 403",
    "localhost, http://evil.example, 403",
    "localhost, null, 403",
    "localhost:9090, http://localhost:9091, 403",
    "localhost:9090, http://localhost:9090, 200",
    "127.0.0.1, , 200",
    "gateway.example:1, , 200",
  })
  void changeFromElsewhereIsRefused(String host, String origin, int status) throws IOException {
    String headers = origin == null ? "" : "Origin: " + origin + "\r\n";
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), RIG.adminPort())) {
      ScriptedServer.write(
          client,
          "PATCH /api/pools/web HTTP/1.1\r\nHost: %s\r\n%sAuthorization: Bearer %s\r\nConnection: close\r\nContent-Length: 24\r\n\r\n{\"mode\":\"active-active\"}"
              .formatted(host, headers, TOKEN));
      String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(answer).startsWith("HTTP/1.1 " + status);
    }
  }

  @Test
  void codeLetsABrowserInOnce() {
    String code =
        JsonMapper.shared()
            .readTree(RIG.admin("POST", "/api/codes", "").body())
            .get("code")
            .asString();

    HttpResponse<String> in = RIG.send(HttpRequest.newBuilder(RIG.admin("/?code=" + code)));
    assertThat(in.statusCode()).isEqualTo(303);
    assertThat(in.headers().firstValue("Location")).contains("/");
    String cookie = in.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie)
        .containsIgnoringCase("HttpOnly")
        .contains("SameSite=Strict")
        .contains("Path=/");

    String pair = cookie.substring(0, cookie.indexOf(';'));
    assertThat(change(pair).statusCode()).isEqualTo(200);
    assertThat(change(pair.substring(0, pair.length() - 2)).statusCode()).isEqualTo(401);
    assertThat(change(pair.replaceFirst("=\\d", "=9")).statusCode()).isEqualTo(401);
    // The token itself is needed for a code.
    assertThat(
            RIG.send(
                    HttpRequest.newBuilder(RIG.admin("/api/codes"))
                        .header("Cookie", pair)
                        .POST(BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(401);

    assertThat(RIG.send(HttpRequest.newBuilder(RIG.admin("/?code=" + code))).statusCode())
        .isEqualTo(401);
    assertThat(RIG.send(HttpRequest.newBuilder(RIG.admin("/?code=guess"))).statusCode())
        .isEqualTo(401);
  }

  private static HttpResponse<String> change(String cookie) {
    return RIG.send(
        HttpRequest.newBuilder(RIG.admin("/api/pools/web"))
            .header("Cookie", cookie)
            .method("PATCH", BodyPublishers.ofString("{\"mode\":\"active-active\"}")));
  }

  @Test
  void serversComeAndGo() {
    try (ScriptedServer added = ScriptedServer.start("B")) {
      String body = "{\"id\":\"B\",\"uri\":\"%s\",\"weight\":1}".formatted(added.uri());

      HttpResponse<String> created = RIG.admin("POST", "/api/pools/members/servers", body);
      assertThat(created.statusCode()).isEqualTo(201);
      assertThat(created.headers().firstValue("Location")).contains("/api/pools/members/servers/B");
      assertThat(RIG.servers("/members/", 4)).isIn("ABAB", "BABA");
      assertThat(RIG.send(HttpRequest.newBuilder(RIG.admin("/actuator/prometheus"))).body())
          .contains("mainstay_server_requests_total{pool=\"members\",server=\"B\"} 2.0");

      assertThat(detail(RIG.admin("POST", "/api/pools/members/servers", body)))
          .isEqualTo("Pool members has a server \"B\" already.");
      HttpResponse<String> refused = RIG.admin("DELETE", "/api/pools/members/servers/B", "");
      assertThat(refused.statusCode()).isEqualTo(409);
      assertThat(detail(refused))
          .isEqualTo("Server B is READY (expected: MAINT, before it is removed).");

      RIG.change("members", "B", "{\"state\":\"MAINT\"}");
      assertThat(RIG.admin("DELETE", "/api/pools/members/servers/B", "").statusCode())
          .isEqualTo(204);
      assertThat(RIG.fact("members", "B", "state")).isEqualTo("no such server");
      assertThat(RIG.send(HttpRequest.newBuilder(RIG.admin("/actuator/prometheus"))).body())
          .contains("pool=\"members\",server=\"A\"")
          .doesNotContain("pool=\"members\",server=\"B\"");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\":\"X\"}                                                        | Field \"uri\" is missing.",
        "{\"uri\":\"http://127.0.0.1:1\"}                                      | Field \"id\" is missing.",
        "{\"id\":\"X\",\"uri\":\"http://127.0.0.1\"}                           | uri is \"http://127.0.0.1\" (expected: scheme, host and port and nothing else, such as http://127.0.0.1:8101).",
        "{\"id\":\"X\",\"uri\":\"127.0.0.1:80\"}                               | uri is \"127.0.0.1:80\" (expected: scheme, host and port, such as http://127.0.0.1:8101).",
        "{\"id\":\"X/../Y\",\"uri\":\"http://127.0.0.1:1\"}                    | id is \"X/../Y\" (expected: 1-64 letters, digits or any of . _ : - after the first).",
        "{\"id\":\"X\",\"uri\":\"http://127.0.0.1:1\",\"weight\":300}          | weight is 300 (expected: 0-256).",
      })
  void wrongServerIsNotAdded(String body, String sentence) {
    HttpResponse<String> response = RIG.admin("POST", "/api/pools/web/servers", body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(detail(response)).isEqualTo(sentence);
    assertThat(RIG.pool("web").get("servers").size()).isEqualTo(2);
  }

  @Test
  void pageComesWithAStrictPolicyAndNothingInline() {
    HttpResponse<String> page = RIG.send(HttpRequest.newBuilder(RIG.admin("/")));

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'")
        .doesNotContain("unsafe");
    assertThat(page.body())
        .doesNotContain("<style")
        .doesNotContain("onclick")
        .doesNotContain("<script>");
    assertThat(
            RIG.send(HttpRequest.newBuilder(RIG.admin("/dashboard.js")))
                .headers()
                .firstValue("Content-Type"))
        .contains("text/javascript;charset=UTF-8");
  }

  @Test
  @Timeout(60)
  void everyChangeIsAnEvent() {
    HttpRequest.Builder request = HttpRequest.newBuilder(RIG.admin("/api/events"));
    HttpResponse<Stream<String>> response = RIG.follow(request);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    try (Stream<String> lines = response.body()) {
      RIG.change("members", "A", "{\"weight\":77}");
      RIG.change("members", "A", "{\"weight\":1}");

      String event = lines.filter(line -> line.contains("\"to\":\"77\"")).findFirst().orElseThrow();
      JsonNode told = JsonMapper.shared().readTree(event.substring("data:".length()));
      assertThat(told.get("pool").asString()).isEqualTo("members");
      assertThat(told.get("server").asString()).isEqualTo("A");
      assertThat(told.get("what").asString()).isEqualTo("weight");
      assertThat(told.get("from").asString()).isEqualTo("1");
      assertThat(told.get("who").asString()).isEqualTo("admin");
      assertThat(told.get("why").asString()).isEqualTo("PATCH from 127.0.0.1");
    }
  }

  @Test
  @Timeout(60)
  void whoComesAgainGetsTheEventsThatWereMissed() {
    RIG.change("members", "A", "{\"weight\":78}");
    RIG.change("members", "A", "{\"weight\":1}");
    List<String> all = events(HttpRequest.newBuilder(RIG.admin("/api/events")), "\"from\":\"78\"");
    String last = all.stream().filter(line -> line.startsWith("id:")).toList().getLast();
    long before = Long.parseLong(last.substring("id:".length())) - 1;

    List<String> missed =
        events(
            HttpRequest.newBuilder(RIG.admin("/api/events"))
                .header("Last-Event-ID", Long.toString(before)),
            "\"from\":\"78\"");

    assertThat(missed).filteredOn(line -> line.startsWith("data:")).hasSize(1);
  }

  /** Up to the line that contains this. */
  private static List<String> events(HttpRequest.Builder request, String until) {
    List<String> seen = new ArrayList<>();
    try (Stream<String> lines = RIG.follow(request).body()) {
      Iterator<String> each = lines.iterator();
      while (each.hasNext()) {
        String line = each.next();
        seen.add(line);
        if (line.contains(until)) {
          return seen;
        }
      }
    }
    throw new AssertionError("the stream ended: " + seen);
  }

  @Test
  void aWrongNumberOfTheLastEventIsA400() {
    HttpResponse<String> response =
        RIG.send(HttpRequest.newBuilder(RIG.admin("/api/events")).header("Last-Event-ID", "x"));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(detail(response)).isEqualTo("Last-Event-ID is \"x\" (expected: a number).");
  }

  /** Trap: a graceful shutdown waits for a stream as for any request, until its time is up. */
  @Test
  @Timeout(60)
  void theEndOfTheGatewayIsTheEndOfTheStream() {
    try (Rig own = new Rig().pool("web", 1).start()) {
      Stream<String> lines = own.follow(HttpRequest.newBuilder(own.admin("/api/events"))).body();
      long began = System.nanoTime();

      own.context().close();

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
      lines.forEach(line -> {});
    }
  }

  @Test
  void siteDoesNotServeTheAdminApi() {
    assertThat(RIG.get("/api/pools").statusCode()).isEqualTo(404);
    assertThat(RIG.get("/actuator/health").statusCode()).isEqualTo(404);
    assertThat(RIG.send(HttpRequest.newBuilder(RIG.admin("/actuator/health"))).body())
        .contains("UP");
    assertThat(RIG.send(HttpRequest.newBuilder(RIG.admin("/actuator/env"))).statusCode())
        .isEqualTo(404);
  }
}
