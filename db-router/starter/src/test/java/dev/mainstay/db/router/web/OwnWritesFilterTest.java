package dev.mainstay.db.router.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.router.OwnWrites;
import jakarta.servlet.http.Cookie;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class OwnWritesFilterTest {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000);

  private final OwnWritesFilter filter = new OwnWritesFilter(() -> NOW);
  private final MockHttpServletResponse response = new MockHttpServletResponse();

  @Test
  void aWriteSetsTheMarkForTwoSecondsEvenBeforeARedirect() throws Exception {
    filter.doFilter(
        new MockHttpServletRequest(),
        response,
        (request, answer) -> {
          OwnWrites.wrote();
          response.sendRedirect("/");
        });

    assertThat(response.getHeader("Set-Cookie"))
        .startsWith("mainstay-wrote=1002000; Path=/; Max-Age=2; ")
        .endsWith("HttpOnly; SameSite=Lax");
  }

  @Test
  void aRequestThatOnlyReadsGetsNoMarkAndReadsFromReplicas() throws Exception {
    assertThat(mustSeeWith(null)).isFalse();
    assertThat(response.getHeader("Set-Cookie")).isNull();
  }

  @Test
  void theMarkLetsARequestReadFromThePrimary() throws Exception {
    assertThat(mustSeeWith("1001999")).isTrue();
    assertThat(mustSeeWith("1002000")).isTrue();
  }

  @Test
  void aMarkThatEndedOrWasMadeUpIsNone() throws Exception {
    assertThat(mustSeeWith("1000000")).isFalse();
    assertThat(mustSeeWith("1002001")).isFalse();
    assertThat(mustSeeWith("9223372036854775807")).isFalse();
    assertThat(mustSeeWith("-1")).isFalse();
    assertThat(mustSeeWith("soon")).isFalse();
    assertThat(mustSeeWith("")).isFalse();
  }

  @Test
  void afterItsOwnWriteARequestReadsFromThePrimary() throws Exception {
    AtomicBoolean before = new AtomicBoolean();
    AtomicBoolean after = new AtomicBoolean();

    filter.doFilter(
        new MockHttpServletRequest(),
        response,
        (request, answer) -> {
          before.set(OwnWrites.mustBeSeen());
          OwnWrites.wrote();
          after.set(OwnWrites.mustBeSeen());
        });

    assertThat(before).isFalse();
    assertThat(after).isTrue();
  }

  @Test
  void theThreadForgetsTheRequest() throws Exception {
    assertThat(mustSeeWith("1001999")).isTrue();

    assertThat(OwnWrites.mustBeSeen()).isFalse();
  }

  private boolean mustSeeWith(@Nullable String mark) throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest();
    if (mark != null) {
      request.setCookies(new Cookie(OwnWritesFilter.COOKIE, mark));
    }
    AtomicBoolean must = new AtomicBoolean();
    filter.doFilter(request, response, (req, res) -> must.set(OwnWrites.mustBeSeen()));
    return must.get();
  }
}
