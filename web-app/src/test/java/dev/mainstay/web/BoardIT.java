package dev.mainstay.web;

import static java.util.UUID.randomUUID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.Engine;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.web.testing.Site;
import dev.mainstay.web.testing.Site.Answer;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Two instances of the board over real databases, as a client sees them. */
@EachEngine
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@NullUnmarked
class BoardIT {

  private static final int SEEDED = 10_000;
  private static final Map<String, String> COMMENT = Map.of("body", "Me too", "author", "Ada");

  private static ReplicatedCluster cluster;
  private static Site web1;
  private static Site web2;

  @Parameter LocalEngine engine;

  @BeforeParameterizedClassInvocation
  static void start(LocalEngine engine) throws Exception {
    cluster = ReplicatedCluster.start(Engine.valueOf(engine.name()), 3);
    Map<String, Object> settings = new HashMap<>();
    settings.put("mainstay.db.nodes", String.join(",", cluster.nodes()));
    settings.put("mainstay.db.schema", ReplicatedCluster.SCHEMA);
    settings.put("mainstay.db.username", "app");
    settings.put("mainstay.db.password", cluster.password("app"));
    for (String account : List.of("migrate", "monitor")) {
      settings.put("mainstay.db." + account + ".username", account);
      settings.put("mainstay.db." + account + ".password", cluster.password(account));
    }
    settings.put("mainstay.web.seed.notices", SEEDED);
    settings.put("mainstay.db.hold", "1s");
    // One after the other: Spring Boot's logging cannot be set up by two starts in one JVM at once.
    web1 = Site.start("web-1", settings);
    web2 = Site.start("web-2", settings);
    for (String id : List.of("db-1", "db-2", "db-3")) {
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> scalar(id, "select done from mainstay.seeding"), done -> done == SEEDED);
    }
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    for (AutoCloseable started : Arrays.asList(web1, web2, cluster)) {
      if (started != null) {
        try {
          started.close();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
    web1 = null;
    web2 = null;
    cluster = null;
  }

  // seeding

  @Test
  void twoInstancesSeedEachNoticeOnce() throws Exception {
    assertThat(
            scalar(
                "select count(*) from mainstay.notice where created_at <= (select newest_at from mainstay.seeding)"))
        .isEqualTo(SEEDED);
    assertThat(
            scalar(
                "select count(distinct created_at) from mainstay.notice where created_at <= (select newest_at from mainstay.seeding)"))
        .isEqualTo(SEEDED);
    assertThat(scalar("select count(*) from mainstay.comment")).isPositive();
  }

  // reading

  @Test
  void theNewestComeFirst() {
    JsonNode content = web1.get("/api/notices?size=50").json().get("content");

    List<Instant> times = new ArrayList<>();
    content.forEach(notice -> times.add(Instant.parse(notice.get("createdAt").asString())));
    assertThat(times).hasSize(50).isSortedAccordingTo(Comparator.reverseOrder());
  }

  @Test
  void pagesFollowOneAnotherWithoutGapOrOverlap() {
    Set<String> ids = new HashSet<>();
    for (int page = 0; page < 12; page++) {
      JsonNode list = web1.get("/api/notices?q=e&size=100&page=" + page).json();
      list.get("content").forEach(notice -> ids.add(notice.get("id").asString()));
      assertThat(list.get("page").get("number").asInt()).isEqualTo(page);
      assertThat(list.get("page").get("totalElements").asInt()).isGreaterThanOrEqualTo(1_100);
    }
    assertThat(ids.size()).isGreaterThanOrEqualTo(1_100);
  }

  @Test
  void aPageBeyondTheLastIsEmpty() {
    Answer answer = web1.get("/api/notices?page=4000");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("content")).isEmpty();
    assertThat(web1.get("/?page=4000").body()).contains("do not go back this far");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "page=-1",
        "page=1000000000",
        "page=9999999999999",
        "page=x",
        "size=0",
        "size=101",
        "size=-1"
      })
  void impossiblePagesAreRefused(String query) {
    Answer api = web1.get("/api/notices?" + query);

    assertThat(api.status()).isEqualTo(400);
    assertThat(api.header("Content-Type")).startsWith("application/problem+json");
    assertThat(api.json().get("detail").asString())
        .startsWith(query.replace("=", " is ") + " (expected: ");
    if (query.startsWith("page")) {
      Answer page = web1.get("/?" + query);
      assertThat(page.status()).isEqualTo(400);
      assertThat(page.header("Content-Type")).startsWith("text/html");
      assertThat(page.body()).contains("That did not work", "See the newest notices");
    }
  }

  @Test
  void aSearchFindsAllWordsInTitleOrTextInAnyCase() {
    String id =
        postNotice(web1, "Zeppelin ride", "Over the CANAL, on quagmire day").get("id").asString();

    for (String q : List.of("zeppelin", "ZEPPELIN canal", "quag", "ride ZÉPPELIN")) {
      assertThat(ids(web1.get("/api/notices?q=" + Site.encode(q)))).containsExactly(id);
    }
    assertThat(ids(web1.get("/api/notices?q=zeppelin+nowhere"))).isEmpty();
    assertThat(web1.get("/?q=zeppelin").body()).contains("Zeppelin ride", "1 notice\n");
    assertThat(web1.get("/?q=zeppelin+nowhere").body())
        .contains("No notice has all of these words");
  }

  @Test
  void wildcardsInASearchMeanThemselves() {
    String id = postNotice(web1, "100%_pure! wool\\cotton", "x").get("id").asString();

    assertThat(ids(web1.get("/api/notices?q=" + Site.encode("100%_pure!")))).containsExactly(id);
    assertThat(ids(web1.get("/api/notices?q=" + Site.encode("wool\\cotton")))).containsExactly(id);
    assertThat(ids(web1.get("/api/notices?q=" + Site.encode("100%pure")))).isEmpty();
    assertThat(ids(web1.get("/api/notices?q=" + Site.encode("100__pure")))).isEmpty();
  }

  @Test
  void oneEmojiIsNotAnother() {
    String id = postNotice(web1, "Axolotl 🦕", "x").get("id").asString();

    assertThat(ids(web1.get("/api/notices?q=" + Site.encode("axolotl 🦕")))).containsExactly(id);
    assertThat(ids(web1.get("/api/notices?q=" + Site.encode("axolotl 🦖")))).isEmpty();
  }

  @Test
  void longSearchesAreRefused() {
    assertThat(web1.get("/api/notices?q=" + "x".repeat(101)).status()).isEqualTo(400);
    assertThat(web1.get("/?q=a+b+c+d+e+f+g").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/notices/0193a7d2-5c2e-7b1f-9c3d-1f2e3d4c5b6a", "/notices/x", "/nowhere"})
  void whatIsNotThereIsNotFound(String path) {
    Answer page = web1.get(path);
    Answer api = web1.get("/api" + path);

    assertThat(page.status()).isEqualTo(404);
    assertThat(page.body())
        .contains("There is nothing here", "See the newest notices")
        .doesNotContain("resource");
    assertThat(api.status()).isEqualTo(404);
    assertThat(api.header("Content-Type")).startsWith("application/problem+json");
  }

  // posting

  @Test
  void aPostIsCreatedAndReadOnTheOtherInstance() {
    Map<String, String> draft = draft("Cake 🍰 <b>for</b> all", "Line one\nline two 👩‍👩‍👧");
    Answer posted =
        web1.postJson("/api/notices", draft, "Idempotency-Key", randomUUID().toString());

    assertThat(posted.status()).isEqualTo(201);
    JsonNode notice = posted.json();
    assertThat(notice.get("title").asString()).isEqualTo("Cake 🍰 <b>for</b> all");
    assertThat(posted.header("Location")).isEqualTo("/api/notices/" + notice.get("id").asString());
    JsonNode read = read(web2, posted.header("Location"));
    for (String field : List.of("id", "title", "body", "author", "createdAt")) {
      assertThat(read.get(field)).isEqualTo(notice.get(field));
    }
  }

  @Test
  void idsGrowWithTime() {
    String first = postNotice(web1, "First", "x").get("id").asString();
    String second = postNotice(web1, "Second", "x").get("id").asString();

    assertThat(first).isLessThan(second);
    assertThat(first.charAt(14)).isEqualTo('7');
  }

  @Test
  void markupIsShownAsText() {
    String id =
        postNotice(web1, "<script>alert(1)</script>", "<img src=x onerror=alert(2)>")
            .get("id")
            .asString();
    String page = page(web1, "/notices/" + id).body();

    assertThat(page)
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;img src=x onerror=alert(2)&gt;")
        .doesNotContain("<script>alert", "<img");
    assertThat(web1.get("/?q=" + Site.encode("\"><script>alert(3)")).body())
        .doesNotContain("<script>alert");
  }

  @Test
  void commentsAreKeptBelowTheirNotice() {
    String id = postNotice(web1, "A notice to talk about", "x").get("id").asString();
    String key = randomUUID().toString();
    Map<String, String> draft = Map.of("body", "Count me in! 👍", "author", "Ada");

    Answer posted =
        web1.postJson("/api/notices/" + id + "/comments", draft, "Idempotency-Key", key);
    Answer again = web2.postJson("/api/notices/" + id + "/comments", draft, "Idempotency-Key", key);

    assertThat(posted.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.body()).isEqualTo(posted.body());
    assertThat(read(web2, posted.header("Location"))).isEqualTo(posted.json());
    JsonNode comments = web1.get("/api/notices/" + id, cookieOf(posted)).json().get("comments");
    assertThat(comments.get("page").get("totalElements").asInt()).isEqualTo(1);
    assertThat(comments.get("content").get(0)).isEqualTo(posted.json());
    pageWith(web1, "/notices/" + id, "1 comment", "Count me in! 👍");
  }

  @Test
  void nothingIsCommentedOnThatIsNotThere() throws Exception {
    long keys = scalar("select count(*) from mainstay.idempotency");
    Answer answer =
        web1.postJson(
            "/api/notices/" + randomUUID() + "/comments",
            Map.of("body", "x", "author", "y"),
            "Idempotency-Key",
            randomUUID().toString());

    assertThat(answer.status()).isEqualTo(404);
    assertThat(scalar("select count(*) from mainstay.idempotency")).isEqualTo(keys);
  }

  // once

  @Test
  void theSameKeyAgainAnswersTheSameNotice() throws Exception {
    long before = notices();
    String key = randomUUID().toString();
    Answer first = web1.postJson("/api/notices", draft("Once", "only"), "Idempotency-Key", key);
    Answer again =
        web1.postJson("/api/notices", draft("Once", " only\r\n"), "Idempotency-Key", key);
    Answer elsewhere = web2.postJson("/api/notices", draft("Once", "only"), "Idempotency-Key", key);

    assertThat(List.of(first.status(), again.status(), elsewhere.status())).containsOnly(201);
    assertThat(List.of(again.body(), elsewhere.body())).containsOnly(first.body());
    assertThat(List.of(again.header("Location"), elsewhere.header("Location")))
        .containsOnly(first.header("Location"));
    assertThat(notices()).isEqualTo(before + 1);
  }

  @Test
  void theSameKeyForSomethingElseIsRefused() throws Exception {
    String key = randomUUID().toString();
    web1.postJson("/api/notices", draft("One", "thing"), "Idempotency-Key", key);
    long before = notices();
    Answer other = web2.postJson("/api/notices", draft("Another", "thing"), "Idempotency-Key", key);

    assertThat(other.status()).isEqualTo(422);
    assertThat(other.header("Content-Type")).startsWith("application/problem+json");
    assertThat(other.json().get("detail").asString())
        .isEqualTo("This Idempotency-Key was used before, for a post that says something else.");
    assertThat(notices()).isEqualTo(before);
  }

  @Test
  void theKeyOfANoticeIsRefusedForACommentAndTheOtherWayRound() throws Exception {
    String ofNotice = randomUUID().toString();
    String notice =
        web1.postJson("/api/notices", draft("Talk", "here"), "Idempotency-Key", ofNotice)
            .json()
            .get("id")
            .asString();
    String comments = "/api/notices/" + notice + "/comments";
    String ofComment = randomUUID().toString();
    web1.postJson(comments, COMMENT, "Idempotency-Key", ofComment);
    long noticesBefore = notices();
    long commentsBefore = comments();

    Answer comment = web2.postJson(comments, COMMENT, "Idempotency-Key", ofNotice);
    Answer another =
        web2.postJson("/api/notices", draft("Talk", "here"), "Idempotency-Key", ofComment);

    assertThat(List.of(comment.status(), another.status())).containsOnly(422);
    assertThat(notices()).isEqualTo(noticesBefore);
    assertThat(comments()).isEqualTo(commentsBefore);
  }

  @Test
  void theKeyOfACommentIsRefusedBelowAnotherNotice() throws Exception {
    String here = postNotice(web1, "Talk here", "x").get("id").asString();
    String there = postNotice(web1, "Talk there", "x").get("id").asString();
    String key = randomUUID().toString();
    web1.postJson("/api/notices/" + here + "/comments", COMMENT, "Idempotency-Key", key);
    long before = comments();

    Answer program =
        web2.postJson("/api/notices/" + there + "/comments", COMMENT, "Idempotency-Key", key);
    Answer form = web2.postForm("/notices/" + there + "/comments?idempotency-key=" + key, COMMENT);

    assertThat(List.of(program.status(), form.status())).containsOnly(422);
    assertThat(form.body())
        .contains("This form was sent before", "<a href=\"/notices/" + here + "\">this</a>");
    assertThat(comments()).isEqualTo(before);
  }

  @Test
  void aFormWithTheKeyOfSomethingElseSaysSo() throws Exception {
    String notice = postNotice(web1, "Talk by form", "x").get("id").asString();
    String key = randomUUID().toString();
    web1.postJson("/api/notices/" + notice + "/comments", COMMENT, "Idempotency-Key", key);
    long before = notices();

    Answer answer = web1.postForm("/notices?idempotency-key=" + key, draft("Kept", "x"));

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.body()).contains("It posted something else", "value=\"Kept\"");
    assertThat(notices()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1-1-1-1-1"})
  void aPostNeedsAKey(String key) throws Exception {
    long before = notices();
    Answer answer =
        key.isEmpty()
            ? web1.postJson("/api/notices", draft("No", "key"))
            : web1.postJson("/api/notices", draft("No", "key"), "Idempotency-Key", key);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("errors").get(0).get("field").asString())
        .isEqualTo("Idempotency-Key");
    assertThat(answer.json().get("detail").asString())
        .startsWith(
            key.isEmpty()
                ? "A post needs a key of its own"
                : "Idempotency-Key is " + key + " (expected: a UUID");
    assertThat(web1.postForm("/notices", draft("No", "key")).status()).isEqualTo(400);
    assertThat(notices()).isEqualTo(before);
  }

  @Test
  void manyAtOnceOnTwoInstancesMakeOne() throws Exception {
    for (int round = 0; round < 10; round++) {
      long before = notices();
      String key = randomUUID().toString();
      Map<String, String> draft = draft("Race " + round, "x");
      CountDownLatch go = new CountDownLatch(1);
      List<Answer> answers = new ArrayList<>();
      try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Callable<Answer>> posts =
            IntStream.range(0, 8)
                .<Callable<Answer>>mapToObj(
                    i ->
                        () -> {
                          go.await();
                          return (i % 2 == 0 ? web1 : web2)
                              .postJson("/api/notices", draft, "Idempotency-Key", key);
                        })
                .toList();
        List<Future<Answer>> running = posts.stream().map(clients::submit).toList();
        go.countDown();
        for (Future<Answer> answer : running) {
          answers.add(answer.get());
        }
      }
      assertThat(answers).extracting(Answer::status).containsOnly(201);
      assertThat(answers.stream().map(Answer::body).distinct()).hasSize(1);
      assertThat(notices()).isEqualTo(before + 1);
    }
  }

  // refused

  @Test
  void eachWrongFieldIsNamed() throws Exception {
    long before = notices();
    Answer answer =
        web1.postJson(
            "/api/notices",
            Map.of("title", " ", "body", "x".repeat(5001), "author", "a\u0000b"),
            "Idempotency-Key",
            randomUUID().toString());

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    List<String> fields = new ArrayList<>();
    answer.json().get("errors").forEach(error -> fields.add(error.get("field").asString()));
    assertThat(fields).containsExactly("author", "body", "title");
    assertThat(notices()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                         | The body is empty (expected: a JSON object).
          null                       | The body is empty (expected: a JSON object).
          {                          | The body is no valid JSON: it ends too early.
          {"title": x}               | The body is no valid JSON: see line 1, column 11.
          {"title": "t"}}            | The body is no valid JSON: see line 1, column 15.
          []                         | The body is no JSON object (expected: one with title, body, author).
          "x"                        | The body is no JSON object (expected: one with title, body, author).
          5                          | The body is no JSON object (expected: one with title, body, author).
          {"title": 5}               | title is 5 (expected: text).
          {"title": 5.5}             | title is 5.5 (expected: text).
          {"title": true}            | title is true (expected: text).
          {"body": {"x": 1}}         | body is an object or a list (expected: text).
          {"author": ["a"]}          | author is an object or a list (expected: text).
          {"title": "t", "admin": 1} | admin is not known here (expected: title, body, author).
          """)
  void otherJsonIsRefusedInAClientsWords(String json, String why) throws Exception {
    long before = notices();
    Answer answer = web1.postJson("/api/notices", json, "Idempotency-Key", randomUUID().toString());

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    assertThat(answer.json().get("detail").asString()).isEqualTo(why);
    assertThat(answer.body()).doesNotContain("Draft", "java", "jackson");
    if (answer.json().has("errors")) {
      String field = answer.json().get("errors").get(0).get("field").asString();
      assertThat(why).startsWith(field + " is ");
    }
    assertThat(notices()).isEqualTo(before);
  }

  @Test
  void aTitleOfTenMegabytesIsRefusedAtOnce() throws Exception {
    long before = notices();
    String huge = "x".repeat(10_000_000);
    long start = System.nanoTime();
    Answer json =
        web1.postJson("/api/notices", draft(huge, "b"), "Idempotency-Key", randomUUID().toString());
    Answer form = web1.postForm("/notices?idempotency-key=" + randomUUID(), draft(huge, "b"));
    Answer chunked = chunked("application/json", "{\"title\":\"" + huge + "\"}");
    Answer chunkedForm = chunked("application/x-www-form-urlencoded", "title=" + huge);

    assertThat(List.of(json.status(), form.status(), chunked.status(), chunkedForm.status()))
        .containsOnly(413);
    assertThat(json.header("Content-Type")).startsWith("application/problem+json");
    assertThat(json.json().get("detail").asString())
        .matches("The body has 10,000,\\d{3} bytes; at most [\\d,]+ are taken\\.");
    assertThat(form.body()).contains("That is too long");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(notices()).isEqualTo(before);
  }

  private static Answer chunked(String type, String body) {
    byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String path = type.endsWith("json") ? "/api/notices" : "/notices";
    return web1.send(
        web1.request(path + "?idempotency-key=" + randomUUID(), "Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))));
  }

  @Test
  void otherMethodsAndTypesAreRefused() {
    assertThat(web1.send(web1.request("/api/notices").DELETE()).status()).isEqualTo(405);
    Answer text =
        web1.send(
            web1.request(
                    "/api/notices",
                    "Content-Type",
                    "text/plain",
                    "Idempotency-Key",
                    randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString("x")));
    assertThat(text.status()).isEqualTo(415);
    assertThat(text.header("Content-Type")).startsWith("application/problem+json");
    assertThat(text.json().get("detail").asString())
        .isEqualTo("Content-Type is text/plain (expected: application/json).");
    Answer image = web1.get("/api/notices", "Accept", "image/png");
    assertThat(image.status()).isEqualTo(406);
    assertThat(image.header("Content-Type")).startsWith("application/problem+json");
    assertThat(image.json().get("detail").asString())
        .isEqualTo("Accept is image/png (expected: application/json).");
  }

  // as a page, without scripts

  @Test
  void aFormPostsAndLeadsToTheNotice() throws Exception {
    long before = notices();
    String action = formAction(web1.get("/").body());
    Answer posted = web1.postForm(action, draft("By form 🎈", "x"));
    Answer twice = web2.postForm(action, draft("By form 🎈", "x"));

    assertThat(posted.status()).isEqualTo(303);
    assertThat(posted.header("Location")).matches("/notices/[0-9a-f-]{36}#posted");
    assertThat(twice.header("Location")).isEqualTo(posted.header("Location"));
    assertThat(notices()).isEqualTo(before + 1);
    Answer page = page(web2, posted.header("Location").replace("#posted", ""));
    assertThat(page.body()).contains("By form 🎈", "Your notice is on the board");
  }

  @Test
  void aWrongFormComesBackWithWhatWasTyped() throws Exception {
    long before = notices();
    String action = formAction(web1.get("/").body());
    Answer answer =
        web1.postForm(action, Map.of("title", " ", "body", "Kept <text>", "author", "Ada"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .contains(
            "A notice needs a title.",
            "aria-invalid=\"true\"",
            "id=\"title-error\"",
            "Kept &lt;text&gt;",
            "value=\"Ada\"")
        .doesNotContain("body-error");
    assertThat(formAction(answer.body())).isEqualTo(action);
    assertThat(notices()).isEqualTo(before);
    assertThat(web1.get("/notices").header("Location")).isEqualTo("/");
  }

  @Test
  void aFormSentBeforeWithOtherTextSaysSo() throws Exception {
    String action = formAction(web1.get("/").body());
    web1.postForm(action, draft("Sent", "x"));
    long before = notices();
    Answer answer = web1.postForm(action, draft("Sent and changed", "x"));

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.body()).contains("This form was sent before", "Sent and changed");
    assertThat(formAction(answer.body())).isNotEqualTo(action);
    assertThat(notices()).isEqualTo(before);
  }

  @Test
  void aCommentIsPostedByForm() {
    String id = postNotice(web1, "Comment by form", "x").get("id").asString();
    String action = formAction(page(web1, "/notices/" + id).body());
    Answer wrong = web1.postForm(action, Map.of("body", "", "author", "Ada"));
    Answer posted = web1.postForm(action, Map.of("body", "Hello", "author", "Ada"));

    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.body()).contains("A comment needs a text.");
    assertThat(posted.status()).isEqualTo(303);
    assertThat(posted.header("Location")).matches("/notices/" + id + "#comment-[0-9a-f-]{36}");
  }

  @Test
  void formsOfOtherSitesAreRefused() throws Exception {
    long before = notices();
    String action = formAction(web1.get("/").body());
    HttpRequest.Builder forged =
        web1.request(
                action,
                "Content-Type",
                "application/x-www-form-urlencoded",
                "Origin",
                "http://evil.example")
            .POST(HttpRequest.BodyPublishers.ofString("title=a&body=b&author=c"));

    assertThat(web1.send(forged).status()).isEqualTo(403);
    assertThat(notices()).isEqualTo(before);
  }

  @Test
  void behindAGatewayItsAddressIsTheSites() {
    HttpRequest.Builder request =
        web1.request(
                "/notices?idempotency-key=" + randomUUID(),
                "Content-Type",
                "application/x-www-form-urlencoded",
                "Origin",
                "http://board.example:8080",
                "X-Forwarded-Host",
                "board.example:8080",
                "X-Forwarded-Port",
                "8080",
                "X-Forwarded-Proto",
                "http",
                "X-Forwarded-For",
                "192.0.2.7")
            .POST(HttpRequest.BodyPublishers.ofString("title=Gateway&body=b&author=c"));

    assertThat(web1.send(request).status()).isEqualTo(303);
  }

  @Test
  void pagesForbidWhatTheyDoNotNeedAndKeepNoSession() {
    Answer page = web1.get("/");

    assertThat(page.header("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(page.header("Cache-Control")).contains("no-cache");
    assertThat(page.header("Set-Cookie")).doesNotContain("JSESSIONID");
    assertThat(page.body())
        .doesNotContain("<style", " style=", " onclick=")
        .doesNotContainPattern("<script(?![^>]* src=)");
  }

  @Test
  void theFilesOfAPageAreItsOwnAndKeptForGood() {
    Matcher links =
        Pattern.compile("<(?:link|script)[^>]* (?:href|src)=\"([^\"]+)\"")
            .matcher(web1.get("/").body());
    List<String> files = links.results().map(link -> link.group(1)).toList();

    assertThat(files).hasSize(4);
    assertThat(files)
        .allSatisfy(
            file -> {
              assertThat(file).matches("/.*-[0-9a-f]{32}\\.\\w+");
              Answer answer = web2.get(file);
              assertThat(answer.status()).isEqualTo(200);
              assertThat(answer.header("Cache-Control")).contains("max-age=31536000");
            });
  }

  @Test
  void theFooterNamesTheWay() {
    assertThat(web2.get("/", "X-Mainstay-Gateway", "gw-1").body())
        .containsPattern("gateway</dt><dd>gw-1<")
        .containsPattern("instance</dt><dd>web-2<")
        .containsPattern("node read</dt><dd>db-\\d<");
    assertThat(web2.get("/", "X-Mainstay-Gateway", "<b>x</b>").body())
        .containsPattern("gateway</dt><dd>none<");
  }

  @Test
  void itSaysThatItIsReady() {
    assertThat(web1.get("/actuator/health/readiness").json().get("status").asString())
        .isEqualTo("UP");
    assertThat(web1.get("/actuator/health/liveness").json().get("status").asString())
        .isEqualTo("UP");
    assertThat(web1.get("/actuator/prometheus").body()).contains("http_server_requests_seconds");
  }

  @Test
  void metricsAreNotForWhoComesThroughAGateway() {
    for (String path : List.of("/actuator", "/actuator/prometheus", "/actuator//metrics")) {
      assertThat(web1.get(path, "X-Forwarded-Proto", "http").status()).as(path).isEqualTo(404);
    }
    assertThat(web1.get("/actuator/health", "X-Forwarded-Proto", "http").status()).isEqualTo(200);
  }

  @Test
  void whoamiNamesAReplicaForReadsAndThePrimaryForWrites() {
    String primary = cluster.primary().value();
    Set<String> readers = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      JsonNode told = web1.get("/api/whoami", "X-Mainstay-Gateway", "gw-1").json();
      assertThat(told.get("gateway").asString()).isEqualTo("gw-1");
      assertThat(told.get("instance").asString()).isEqualTo("web-1");
      assertThat(told.get("read").get("role").asString()).isEqualTo("REPLICA");
      assertThat(told.get("read").get("lagMillis").asLong()).isNotNegative();
      assertThat(told.get("write").get("node").asString()).isEqualTo(primary);
      readers.add(told.get("read").get("node").asString());
    }
    assertThat(readers).hasSize(2).doesNotContain(primary);
  }

  @Test
  void askingWhoAmIDoesNotCountAsAWrite() {
    assertThat(web1.get("/api/whoami").header("Set-Cookie")).isEmpty();
    assertThat(web1.get("/api/whoami").json().get("gateway").isNull()).isTrue();
  }

  /** The last of all: afterwards nothing can be written any more. */
  @Test
  @Order(Integer.MAX_VALUE)
  void withoutAPrimaryItIsReadAndPostsAreRefusedKindly() throws Exception {
    String action = formAction(web1.get("/").body());
    String primary = cluster.primary().value();
    cluster.stopController("rt-1"); // so that nobody succeeds it
    cluster.kill(primary);
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> web1.get("/api/whoami").json().get("write").get("node").isNull());

    Answer page = web1.get("/");
    Answer json =
        web1.postJson(
            "/api/notices", draft("No", "primary"), "Idempotency-Key", randomUUID().toString());
    Answer form = web1.postForm(action, draft("No", "primary"));

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.body()).containsPattern("node read</dt><dd>db-\\d<");
    assertThat(json.status()).isEqualTo(503);
    assertThat(json.header("Content-Type")).startsWith("application/problem+json");
    assertThat(json.header("Retry-After")).isNotEmpty();
    assertThat(json.header("Mainstay-Outcome")).isEqualTo("refused");
    assertThat(form.status()).isEqualTo(503);
    assertThat(form.header("Retry-After")).isNotEmpty();
    assertThat(form.header("Mainstay-Outcome")).isEqualTo("refused");
    assertThat(form.body())
        .contains(
            "One moment, please", "Your post was not taken", "Reload this page to send it again")
        .doesNotContain("http-equiv=\"refresh\"");
    assertThat(web1.get("/actuator/health/readiness").status()).isEqualTo(200);
  }

  // helpers

  private static Map<String, String> draft(String title, String body) {
    return Map.of("title", title, "body", body, "author", "Ada L.");
  }

  /** Posts a notice and returns when it is on every node. */
  private static JsonNode postNotice(Site site, String title, String body) {
    Answer posted =
        site.postJson(
            "/api/notices", draft(title, body), "Idempotency-Key", randomUUID().toString());
    assertThat(posted.status()).isEqualTo(201);
    String id = posted.json().get("id").asString();
    for (String node : List.of("db-1", "db-2", "db-3")) {
      await()
          .atMost(Duration.ofSeconds(10))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () ->
                  scalar(
                          node,
                          "select count(*) from mainstay.notice where id = x'%s'"
                              .formatted(id.replace("-", "")))
                      == 1);
    }
    return posted.json();
  }

  /** A page that holds these texts, as soon as a replica that has them is read. */
  private static String pageWith(Site site, String path, String... texts) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> site.get(path).body(), page -> Arrays.stream(texts).allMatch(page::contains));
  }

  private static JsonNode read(Site site, String path) {
    return page(site, path).json();
  }

  /** Reads what was just written elsewhere: replicas have it a little later. */
  private static Answer page(Site site, String path) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> site.get(path), answer -> answer.status() == 200);
  }

  private static String[] cookieOf(Answer answer) {
    String cookie = answer.header("Set-Cookie");
    return cookie.isEmpty() ? new String[0] : new String[] {"Cookie", cookie.split(";", 2)[0]};
  }

  private static List<String> ids(Answer answer) {
    List<String> ids = new ArrayList<>();
    answer.json().get("content").forEach(notice -> ids.add(notice.get("id").asString()));
    return ids;
  }

  private static String formAction(String page) {
    Matcher form = Pattern.compile("<form method=\"post\" action=\"([^\"]+)\"").matcher(page);
    assertThat(form.find()).isTrue();
    return form.group(1).replace("&amp;", "&");
  }

  private static long comments() throws SQLException {
    return scalar("select count(*) from mainstay.comment");
  }

  private static long notices() throws SQLException {
    return scalar("select count(*) from mainstay.notice");
  }

  /** On the primary. */
  private static long scalar(String sql) throws SQLException {
    return scalar(cluster.primary().value(), sql);
  }

  private static long scalar(String node, String sql) throws SQLException {
    try (Connection connection = cluster.connect(node, "controller");
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : -1;
    }
  }
}
