package dev.mainstay.db.router.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.router.CausalTokens;
import dev.mainstay.db.router.Visits;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class CausalTokenFilterTest {

  private final CausalTokens tokens = Visits.tokens("mainstay/1", "A:1-9", "A:1-5", "away");
  private final CausalTokenFilter filter = new CausalTokenFilter(tokens);

  private interface Work {
    void on(HttpServletResponse response) throws Exception;
  }

  @Test
  void whoeverOnlyReadsGetsNothingAndNeedSeeNothing() throws Exception {
    MockHttpServletResponse response = visit(new MockHttpServletRequest(), answer -> {});

    assertThat(response.getHeaderNames()).isEmpty();
    assertThat(needWith(new MockHttpServletRequest())).isEmpty();
  }

  @Test
  void aWriteSetsTheTokenEvenBeforeARedirect() throws Exception {
    MockHttpServletResponse response =
        visit(
            new MockHttpServletRequest(),
            answer -> {
              Visits.write("A:10");
              answer.sendRedirect("/");
            });

    assertThat(response.getHeader("Set-Cookie"))
        .startsWith("mainstay-wrote=")
        .contains("; Path=/; Max-Age=3600; ")
        .endsWith("HttpOnly; SameSite=Lax")
        .hasSizeLessThan(1200);
    assertThat(response.getHeader("Mainstay-Causal-Token")).isNotBlank();
    assertThat(needWith(request(response, "mainstay-wrote"))).isEqualTo("A:10");
  }

  @Test
  void overHttpsTheCookieStaysOnHttps() throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setSecure(true);

    assertThat(visit(request, answer -> Visits.write("A:10")).getHeader("Set-Cookie"))
        .contains("; Secure;");
  }

  @Test
  void anyInstanceOfTheClusterTakesItAndNoOther() throws Exception {
    MockHttpServletResponse written =
        visit(new MockHttpServletRequest(), answer -> Visits.write("A:10"));
    CausalTokenFilter sibling =
        new CausalTokenFilter(Visits.tokens("mainstay/1", "A:1-9", "A:1-5", "away"));
    CausalTokenFilter stranger =
        new CausalTokenFilter(Visits.tokens("mainstay/2", "A:1-9", "A:1-5", "away"));

    assertThat(needWith(sibling, request(written, "mainstay-wrote"))).isEqualTo("A:10");
    assertThat(needWith(stranger, request(written, "mainstay-wrote"))).isEmpty();
  }

  @Test
  void severalWritesLeaveOneCookieAndThoseOfOthersAlone() throws Exception {
    MockHttpServletResponse response =
        visit(
            new MockHttpServletRequest(),
            answer -> {
              answer.addCookie(new Cookie("theirs", "1"));
              Visits.write("A:10");
              answer.addCookie(new Cookie("theirs-too", "2"));
              Visits.write("A:11");
            });

    assertThat(response.getHeaders("Set-Cookie"))
        .hasSize(3)
        .filteredOn(cookie -> cookie.startsWith("mainstay-wrote="))
        .hasSize(1);
    assertThat(needWith(request(response, "mainstay-wrote"))).isEqualTo("A:11");
  }

  /** Trap: the answer to a slow read would take back what a write meanwhile left in the cookie. */
  @Test
  void aReadLeavesTheCookieOfWritesAlone() throws Exception {
    MockHttpServletResponse written =
        visit(new MockHttpServletRequest(), answer -> Visits.write("A:10"));

    MockHttpServletResponse read =
        visit(request(written, "mainstay-wrote"), answer -> Visits.readOnReplica("A:1-12"));

    assertThat(read.getHeaders("Set-Cookie"))
        .singleElement()
        .asString()
        .startsWith("mainstay-read=")
        .contains("HttpOnly", "SameSite=Lax");
    assertThat(read.getHeader("Mainstay-Causal-Token")).isNull();
    assertThat(needWith(request(read, "mainstay-read"))).isEqualTo("A:12");
  }

  @Test
  void whatWasLostIsTakenOutOfTheCookie() throws Exception {
    MockHttpServletResponse written =
        visit(new MockHttpServletRequest(), answer -> Visits.write("B:10"));

    MockHttpServletResponse read =
        visit(request(written, "mainstay-wrote"), answer -> Visits.readOnPrimary("A:1-12"));

    assertThat(read.getHeaders("Set-Cookie"))
        .anyMatch(cookie -> cookie.startsWith("mainstay-wrote=; Path=/; Max-Age=0;"))
        .anyMatch(cookie -> cookie.startsWith("mainstay-read="));
  }

  @Test
  void aProgramHasAllInTheHeaderAndNoCookie() throws Exception {
    MockHttpServletResponse written =
        visit(new MockHttpServletRequest(), answer -> Visits.write("A:10"));

    MockHttpServletResponse read = visit(program(written), answer -> Visits.readOnReplica("B:1-3"));

    assertThat(read.getHeader("Set-Cookie")).isNull();
    assertThat(needWith(program(read))).isEqualTo("A:10,B:3");
  }

  @Test
  void aProgramThatAskedSeveralThingsAtOnceSendsAllTokens() throws Exception {
    MockHttpServletResponse one =
        visit(new MockHttpServletRequest(), answer -> Visits.write("A:10"));
    MockHttpServletResponse other =
        visit(new MockHttpServletRequest(), answer -> Visits.write("B:4"));
    MockHttpServletRequest both = new MockHttpServletRequest();
    both.addHeader("Mainstay-Causal-Token", token(one) + ", " + token(other));

    assertThat(needWith(both)).isEqualTo("A:10,B:4");
  }

  @Test
  void whatIsMadeUpCountsForNothing() throws Exception {
    for (String value : new String[] {"", "1002000", "A:10", "AAAA", "x".repeat(5000), ",,,,,,"}) {
      MockHttpServletRequest request = new MockHttpServletRequest();
      request.setCookies(new Cookie("mainstay-wrote", value), new Cookie("mainstay-read", value));
      request.addHeader("Mainstay-Causal-Token", value);

      assertThat(needWith(request)).as(value).isEmpty();
    }
  }

  @Test
  void anAnswerThatMayBeOldSaysSo() throws Exception {
    assertThat(
            visit(new MockHttpServletRequest(), answer -> Visits.readStale())
                .getHeader("Mainstay-Stale"))
        .isEqualTo("true");
  }

  @Test
  void anAnswerThatIsUnderWayIsLeftAsItIs() throws Exception {
    MockHttpServletResponse response =
        visit(
            new MockHttpServletRequest(),
            answer -> {
              answer.flushBuffer();
              Visits.write("A:10");
              Visits.readStale();
            });

    assertThat(response.getHeaderNames()).isEmpty();
  }

  private MockHttpServletResponse visit(MockHttpServletRequest request, Work work)
      throws Exception {
    return visit(filter, request, work);
  }

  private static MockHttpServletResponse visit(
      CausalTokenFilter filter, MockHttpServletRequest request, Work work) throws Exception {
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(
        request,
        response,
        (req, res) -> {
          try {
            work.on(response);
          } catch (RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    return response;
  }

  private String needWith(MockHttpServletRequest request) throws Exception {
    return needWith(filter, request);
  }

  private static String needWith(CausalTokenFilter filter, MockHttpServletRequest request)
      throws Exception {
    AtomicReference<String> need = new AtomicReference<>("");
    visit(filter, request, answer -> need.set(Visits.need()));
    return need.get();
  }

  /** What the browser sends after this answer. */
  private static MockHttpServletRequest request(MockHttpServletResponse answer, String cookie) {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setCookies(Objects.requireNonNull(answer.getCookie(cookie)));
    return request;
  }

  /** What a program sends after this answer. */
  private static MockHttpServletRequest program(MockHttpServletResponse answer) {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.addHeader("Mainstay-Causal-Token", token(answer));
    return request;
  }

  private static String token(MockHttpServletResponse answer) {
    return Objects.requireNonNull(answer.getHeader("Mainstay-Causal-Token"));
  }
}
