package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.testing.Rig;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Spring Cloud Gateway's own limiter of requests, beside a route of the express front. */
class RateLimitIT {

  private static final String FORMS = "spring.cloud.gateway.server.webflux.routes[0].";
  private static final String LIMITER = FORMS + "filters[0].args.bucket4j-rate-limiter.";

  private static final Rig RIG = new Rig();

  @BeforeAll
  static void start() {
    // The pool's own route is the second.
    RIG.routeOfItsOwn("forms", "board", "Method=POST", "Path=/board/forms/**")
        .set(FORMS + "filters[0].name", "RequestRateLimiter")
        .set(LIMITER + "capacity", 3)
        .set(LIMITER + "refill-tokens", 1)
        .set(LIMITER + "refill-period", "1h")
        .pool("board", 1)
        .start();
  }

  @AfterAll
  static void stop() {
    RIG.close();
  }

  private static HttpResponse<String> post(String path, String accept) {
    return RIG.send(
        HttpRequest.newBuilder(RIG.site(path))
            .header("Accept", accept)
            .POST(BodyPublishers.ofString("x=y")));
  }

  @Test
  void whoSendsTooManyFormsIsToldToWaitAndEverythingElseGoesOn() {
    List<Integer> first =
        IntStream.range(0, 3)
            .mapToObj(i -> post("/board/forms/" + i, "text/html").statusCode())
            .toList();
    assertThat(first).containsOnly(200);

    HttpResponse<String> page = post("/board/forms/4", "text/html");
    assertThat(page.statusCode()).isEqualTo(429);
    assertThat(page.headers().firstValue("Retry-After")).contains("5");
    assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
    assertThat(page.body()).contains("Too much was sent from your address.");
    assertThat(post("/board/forms/5", "application/json").body())
        .contains("\"status\":429", "Too much was sent from your address.");

    assertThat(post("/board/api", "application/json").statusCode()).isEqualTo(200);
    assertThat(RIG.get("/board/forms/1").statusCode()).isEqualTo(200);
    assertThat(RIG.server("board", "A").requests()).hasSize(5);
  }
}
