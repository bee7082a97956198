package dev.mainstay.web.guard;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class CrossOriginGuardTest {

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "OPTIONS"})
  void readsPassFromAnywhere(String method) throws Exception {
    assertThat(status(method, Map.of("Sec-Fetch-Site", "cross-site"))).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"same-origin", "none"})
  void ownFormsPass(String site) throws Exception {
    assertThat(status("POST", Map.of("Sec-Fetch-Site", site))).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site", ""})
  void formsOfOtherSitesDoNot(String site) throws Exception {
    assertThat(status("POST", Map.of("Sec-Fetch-Site", site))).isEqualTo(403);
    assertThat(status("DELETE", Map.of("Sec-Fetch-Site", site))).isEqualTo(403);
  }

  @Test
  void secFetchSiteOutweighsOrigin() throws Exception {
    assertThat(
            status(
                "POST",
                Map.of("Sec-Fetch-Site", "cross-site", "Origin", "http://board.example:8080")))
        .isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://board.example:8080", "HTTP://Board.Example:8080"})
  void withoutItTheOriginMustBeThisSite(String origin) throws Exception {
    assertThat(status("POST", Map.of("Origin", origin))).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://board.example",
        "http://board.example:8081",
        "http://evil.example:8080",
        "null",
        "",
        "board.example:8080",
        "http://",
        "::"
      })
  void otherOriginsAreRefused(String origin) throws Exception {
    assertThat(status("POST", Map.of("Origin", origin))).isEqualTo(403);
  }

  @Test
  void programsSendNeither() throws Exception {
    assertThat(status("POST", Map.of())).isEqualTo(200);
  }

  private static int status(String method, Map<String, String> headers)
      throws ServletException, IOException {
    var request = new MockHttpServletRequest(method, "/notices");
    request.setServerName("board.example");
    request.setServerPort(8080);
    headers.forEach(request::addHeader);
    var response = new MockHttpServletResponse();
    new CrossOriginGuard().doFilter(request, response, new MockFilterChain());
    return response.getStatus();
  }
}
