package dev.mainstay.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CodesTest {

  private final Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Codes codes = new Codes();
  private final Pass pass = new Pass("the token");

  @Test
  void codeIsGoodOnce() {
    String code = codes.issue(now).code();

    assertThat(codes.redeem(code, now.plusSeconds(299))).isTrue();
    assertThat(codes.redeem(code, now.plusSeconds(299))).isFalse();
  }

  @Test
  void codeIsGoodForFiveMinutes() {
    String code = codes.issue(now).code();

    assertThat(codes.redeem(code, now.plus(Duration.ofMinutes(5)))).isFalse();
  }

  @Test
  void oldestOfTooManyCodesGoes() {
    String first = codes.issue(now).code();
    String second = codes.issue(now).code();
    for (int i = 0; i < 99; i++) {
      var _ = codes.issue(now);
    }

    assertThat(codes.redeem(first, now)).isFalse();
    assertThat(codes.redeem(second, now)).isTrue();
  }

  @Test
  void codeIsNotPrinted() {
    Codes.Code code = codes.issue(now);

    assertThat(code.toString()).doesNotContain(code.code());
  }

  @Test
  void cookieIsGoodForItsTimeAndItsToken() {
    String cookie = pass.cookie(now);

    assertThat(pass.isCookie(cookie, now.plus(Pass.LIFETIME).minusSeconds(1))).isTrue();
    assertThat(pass.isCookie(cookie, now.plus(Pass.LIFETIME))).isFalse();
    assertThat(new Pass("the token").isCookie(cookie, now)).isTrue();
    assertThat(new Pass("another").isCookie(cookie, now)).isFalse();
    assertThat(new Pass("another").cookieName()).isNotEqualTo(pass.cookieName());
  }

  @Test
  void forgedCookieIsNoCookie() {
    String cookie = pass.cookie(now);

    assertThat(pass.isCookie("9" + cookie, now)).isFalse();
    assertThat(pass.isCookie("", now)).isFalse();
    assertThat(pass.isCookie("..", now)).isFalse();
    assertThat(pass.isCookie("1.2", now)).isFalse();
  }
}
