package dev.mainstay.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mainstay.gateway.problem.Problem;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

@ExtendWith(OutputCaptureExtension.class)
class AccessTest {

  private static final String TOKEN = "the token";

  private static Access access(@Nullable String token, boolean openRead) {
    return new Access(token, openRead, List.of("Gateway.example"), InstantSource.system());
  }

  private static MockServerHttpRequest.BaseBuilder<?> request() {
    return MockServerHttpRequest.get("http://localhost:9090/api/pools")
        .header("Host", "localhost:9090");
  }

  private static Problem refusal(Runnable check) {
    return assertThatExceptionOfType(Problem.class).isThrownBy(check::run).actual();
  }

  @Test
  void withoutAConfiguredTokenEveryChangeIsRefused() {
    ServerHttpRequest request = request().header("Authorization", "Bearer ").build();

    Problem refused = refusal(() -> access(null, true).checkChange(request));

    assertThat(refused.status()).isEqualTo(HttpStatus.UNAUTHORIZED);
    assertThat(refused.detail())
        .isEqualTo(
            "Changes are refused: no admin token is configured (mainstay.gateway.admin.token).");
    assertThat(access(null, true).mayChange(request)).isFalse();
  }

  /**
   * Trap: a gateway that was started before its secret was changed refuses, and nobody knows why.
   */
  @Test
  void anotherTokenIsToldToBothSidesButNotOftenerThanOnceAMinute(CapturedOutput output) {
    Instant[] now = {Instant.parse("2026-11-22T12:00:00Z")};
    Access access = new Access(TOKEN, true, List.of(), () -> now[0]);
    ServerHttpRequest request = request().header("Authorization", "Bearer other").build();
    String line =
        "GET /api/pools was refused: its token is not the one of mainstay.gateway.admin.token";

    assertThat(refusal(() -> access.checkChange(request)).detail())
        .endsWith("The one that came with the request is another.");
    refusal(() -> access.checkToken(request));
    assertThat(output).containsOnlyOnce(line).doesNotContain("Bearer");

    now[0] = now[0].plusSeconds(61);
    refusal(() -> access.checkToken(request));
    assertThat(output.toString().split(line, -1)).hasSize(3);
  }

  @Test
  void whoPresentsNoTokenIsNotToldOf(CapturedOutput output) {
    refusal(() -> access(TOKEN, true).checkChange(request().build()));

    assertThat(output).doesNotContain("was refused");
  }

  @Test
  void readingIsOpenOrNeedsTheToken() {
    assertThatCode(() -> access(TOKEN, true).checkRead(request().build()))
        .doesNotThrowAnyException();
    assertThat(refusal(() -> access(TOKEN, false).checkRead(request().build())).status())
        .isEqualTo(HttpStatus.UNAUTHORIZED);
    assertThatCode(
            () ->
                access(TOKEN, false)
                    .checkRead(request().header("Authorization", "bearer " + TOKEN).build()))
        .doesNotThrowAnyException();
  }

  @Test
  void cookieOpensReadingAndChanging() {
    Access access = access(TOKEN, false);
    ResponseCookie cookie = access.cookie(request().build());
    ServerHttpRequest request =
        MockServerHttpRequest.get("/")
            .header("Host", "localhost:9090")
            .cookie(new HttpCookie(cookie.getName(), cookie.getValue()))
            .build();

    assertThatCode(() -> access.checkRead(request)).doesNotThrowAnyException();
    assertThatCode(() -> access.checkChange(request)).doesNotThrowAnyException();
    assertThat(cookie.isHttpOnly()).isTrue();
    assertThat(cookie.getSameSite()).isEqualTo("Strict");
  }

  @Test
  void onlyOurNamesAreHosts() {
    for (String host :
        List.of(
            "localhost",
            "LOCALHOST:1",
            "a.localhost",
            "127.0.0.1:9090",
            "[::1]:9090",
            "gateway.example")) {
      assertThatCode(() -> access(TOKEN, true).checkSameSite(hosted(host)))
          .as(host)
          .doesNotThrowAnyException();
    }
    for (String host :
        List.of(
            "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "xlocalhost")) {
      assertThat(refusal(() -> access(TOKEN, true).checkSameSite(hosted(host))).status())
          .as(host)
          .isEqualTo(HttpStatus.FORBIDDEN);
    }
  }

  private static ServerHttpRequest hosted(String host) {
    return MockServerHttpRequest.get("/").header("Host", host).build();
  }
}
